/* test_multileg.c - withdrawals, multi-leg transactions, exchanges and reversals, through all processes: what
   is answered, what is read afterwards, and what happens when many want the same at once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/api.h"
#include "tests/e2e/cast.h"
#include "tests/e2e/scene.h"

#define FUNDS       1000
#define LEGS_MAX    100
#define CROWD       16
#define USER_SCOPES "accounts:read,transactions:read,transactions:write,exchanges:write"

static struct harness h;
static struct api api;
static struct api_key user; /* of the owner of all accounts but @foreign, and not staff */

/* The transaction that was posted last, read again. */
static void read_again(void)
{
    char path[128];
    (void)snprintf(path, sizeof path, "/v1/transactions/%s", api_string(&api, "id"));
    assert_int_equal(api_get(&api, "%s", path), 200);
    assert_true(json_is_true(api_at(&api, "balanced")));
}

static void withdrawal(void **state)
{
    (void)state;
    static const char body[] = "{'account':'@alice','amount':30,'currency':'EUR','reference':'out-1'}";
    int64_t before = harness_available(&h, cast_id("alice"));
    assert_int_equal(api_post(&api, "/v1/withdrawals", "out-1", "%s", body), 201);
    assert_string_equal(api_string(&api, "kind"), "withdrawal");
    assert_string_equal(api_string(&api, "entries.0.account"), cast_id("alice"));
    assert_string_equal(api_string(&api, "entries.0.direction"), "debit");
    assert_string_equal(api_string(&api, "entries.1.account"), cast_id("cash"));
    assert_int_equal(api_int(&api, "entries.0.balance_after"), before - 30);
    read_again();
    assert_int_equal(api_post(&api, "/v1/withdrawals", "out-1", "%s", body), 200);
    assert_string_equal(api_header(&api, "Idempotency-Replayed"), "true");
    assert_int_equal(harness_available(&h, cast_id("alice")), before - 30);
    assert_int_equal(api_get(&api, "/v1/transactions?kind=withdrawal"), 200);
    assert_int_equal(json_array_size(api_at(&api, "data")), 1);
}

/* A payment with a fee, by the owner of the paying account; @foreign's balance is not theirs to see. */
static void three_legs(void **state)
{
    (void)state;
    char body[1024], id[64];
    int64_t before = harness_available(&h, cast_id("alice"));
    cast_text(
        "{'entries':[{'account':'@alice','direction':'debit','amount':100,'currency':'EUR'},"
        "{'account':'@foreign','direction':'credit','amount':97,'currency':'EUR'},"
        "{'account':'@bob','direction':'credit','amount':3,'currency':'EUR'}],"
        "'conditions':[{'account':'@alice','min_available':500}],'reference':'j-1','metadata':{'a':'b'}}",
        body, sizeof body);
    const struct api_request request = {
        .path = "/v1/transactions", .key = "j-1", .body = body, .api_key = user.secret};
    assert_int_equal(api_send(&api, &request), 201);
    assert_string_equal(api_string(&api, "kind"), "journal");
    assert_int_equal(api_int(&api, "amount"), 100);
    assert_int_equal(api_int(&api, "entries.0.balance_after"), before - 100);
    assert_true(json_is_null(api_at(&api, "entries.1.balance_after")));
    (void)snprintf(id, sizeof id, "%s", api_string(&api, "id"));
    read_again();
    assert_string_equal(api_string(&api, "entries.1.account"), cast_id("foreign"));
    assert_int_equal(api_int(&api, "entries.1.balance_after"), 97);
    assert_string_equal(api_string(&api, "metadata.a"), "b");
    assert_int_equal(api_send(&api, &request), 200);
    assert_string_equal(api_string(&api, "id"), id);
    assert_int_equal(harness_available(&h, cast_id("alice")), before - 100);
    assert_int_equal(api_get(&api, "/v1/accounts/@bob/statement?limit=1"), 200);
    assert_string_equal(api_string(&api, "data.0.transaction"), id);
    assert_int_equal(json_array_size(api_at(&api, "data.0.counterparties")), 2);
}

/* What an account has available is looked at when all entries are done: @empty passes on what comes in later.
 */
static void money_is_passed_on(void **state)
{
    (void)state;
    assert_int_equal(
        api_post(&api, "/v1/transactions", "pass-1",
                 "{'entries':[{'account':'@empty','direction':'debit','amount':40,'currency':'EUR'},"
                 "{'account':'@bob','direction':'credit','amount':40,'currency':'EUR'},"
                 "{'account':'@alice','direction':'debit','amount':40,'currency':'EUR'},"
                 "{'account':'@empty','direction':'credit','amount':40,'currency':'EUR'}]}"),
        201);
    assert_int_equal(api_int(&api, "entries.0.balance_after"), -40);
    assert_int_equal(api_int(&api, "entries.3.balance_after"), 0);
    assert_int_equal(harness_available(&h, cast_id("empty")), 0);
    assert_int_equal(
        api_post(&api, "/v1/transactions", "pass-2",
                 "{'entries':[{'account':'@empty','direction':'debit','amount':41,'currency':'EUR'},"
                 "{'account':'@bob','direction':'credit','amount':41,'currency':'EUR'},"
                 "{'account':'@alice','direction':'debit','amount':40,'currency':'EUR'},"
                 "{'account':'@empty','direction':'credit','amount':40,'currency':'EUR'}]}"),
        402);
    api_expect_problem(&api, 402, "insufficient_funds", "/entries/0/account");
    assert_int_equal(api_int(&api, "available"), 0);
    assert_int_equal(api_int(&api, "required"), 1);
}

/* Payments of one in two currencies, in turn. */
static void write_legs(int legs, char *ret_body, size_t size)
{
    static const struct {
        const char *account, *direction, *currency;
    } turns[] = {{"@alice", "debit", "EUR"},
                 {"@bob", "credit", "EUR"},
                 {"@dollars", "debit", "USD"},
                 {"@more_dollars", "credit", "USD"}};
    size_t len = (size_t)snprintf(ret_body, size, "{'entries':[");
    for (int i = 0; i < legs; i++)
        len += (size_t)snprintf(
            ret_body + len, size - len, "%s{'account':'%s','direction':'%s','amount':1,'currency':'%s'}",
            i > 0 ? "," : "", turns[i % 4].account, turns[i % 4].direction, turns[i % 4].currency);
    (void)snprintf(ret_body + len, size - len, "]}");
}

static void as_many_legs_as_there_may_be(void **state)
{
    (void)state;
    static char text[LEGS_MAX * 128], body[LEGS_MAX * 192];
    write_legs(LEGS_MAX, text, sizeof text);
    cast_text(text, body, sizeof body);
    assert_int_equal(
        api_send(&api, &(struct api_request){.path = "/v1/transactions", .key = "legs-100", .body = body}),
        201);
    assert_int_equal(api_int(&api, "amount"), LEGS_MAX / 4);
    read_again();
    assert_int_equal(json_array_size(api_at(&api, "entries")), LEGS_MAX);
    assert_int_equal(api_get(&api, "/v1/accounts/@alice/statement?limit=1"), 200);
    assert_int_equal(json_array_size(api_at(&api, "data.0.counterparties")), 3); /* each once */
    write_legs(LEGS_MAX + 2, text, sizeof text);
    cast_text(text, body, sizeof body);
    (void)api_send(&api, &(struct api_request){.path = "/v1/transactions", .key = "legs-102", .body = body});
    api_expect_problem(&api, 422, "invalid_value", "/entries");
}

/* 1001 cents at 1.5 buy 1501.5: down to 1501, to the even 1502 otherwise. What rounding cuts stays with the
 * house. */
static void exchange(void **state)
{
    (void)state;
    static const struct {
        const char *rounding;
        int64_t bought;
    } rows[] = {{"down", 1501}, {"half_even", 1502}};
    char key[16];
    harness_deposit(&h, cast_id("alice"), "EUR", 2002);
    int64_t euros = harness_available(&h, cast_id("alice")),
            dollars = harness_available(&h, cast_id("dollars"));
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(key, sizeof key, "fx-%zu", i);
        assert_int_equal(api_post(&api, "/v1/exchanges", key,
                                  "{'from_account':'@alice','to_account':'@dollars','sell_amount':1001,"
                                  "'rate':{'numerator':3,'denominator':2},'rounding':'%s'}",
                                  rows[i].rounding),
                         201);
        read_again();
        assert_string_equal(api_string(&api, "kind"), "exchange");
        assert_int_equal(api_int(&api, "rate.numerator"), 3);
        assert_int_equal(api_int(&api, "rate.denominator"), 2);
        assert_string_equal(api_string(&api, "rounding"), rows[i].rounding);
        assert_int_equal(api_int(&api, "amount"), 1001);
        assert_int_equal(api_int(&api, "entries.3.amount"), rows[i].bought);
        dollars += rows[i].bought;
    }
    assert_int_equal(harness_available(&h, cast_id("alice")), euros - 2002);
    assert_int_equal(harness_available(&h, cast_id("dollars")), dollars);
    assert_int_equal(api_get(&api, "/v1/transactions?kind=exchange"), 200);
    assert_int_equal(api_int(&api, "data.1.rate.numerator"), 3);
}

static void reverse(const char *id, const char *key, const char *body, int status)
{
    char path[128];
    (void)snprintf(path, sizeof path, "/v1/transactions/%s/reverse", id);
    if (api_post(&api, path, key, "%s", body) != status)
        fail_msg("%s: wanted %d, got %d: %s", key, status, api.status, api.body.data);
}

/* Part by part, by who received it, up to the whole; then no more. */
static void reversal(void **state)
{
    (void)state;
    char id[64];
    int64_t alice = harness_available(&h, cast_id("alice")), bob = harness_available(&h, cast_id("bob"));
    assert_int_equal(api_post(&api, "/v1/transfers", "rev-1",
                              "{'from_account':'@alice','to_account':'@bob','amount':100}"),
                     201);
    (void)snprintf(id, sizeof id, "%s", api_string(&api, "id"));
    reverse(id, "back-1", "{'amount':30,'reason':'one was broken'}", 201);
    assert_string_equal(api_string(&api, "reverses"), id);
    read_again();
    assert_string_equal(api_string(&api, "kind"), "reversal");
    assert_string_equal(api_string(&api, "reverses"), id);
    assert_string_equal(api_string(&api, "reason"), "one was broken");
    reverse(api_string(&api, "id"), "back-2", "{'reason':'no'}", 409);
    api_expect_problem(&api, 409, "not_reversible", NULL);
    reverse(id, "back-1", "{'amount':30,'reason':'one was broken'}", 200); /* once more: a replay */
    reverse(id, "back-3", "{'amount':71,'reason':'too much'}", 422);
    api_expect_problem(&api, 422, "amount_exceeds_original", "/amount");
    reverse(id, "back-4", "{'reason':'all of them'}", 201);
    assert_int_equal(api_int(&api, "amount"), 70);
    reverse(id, "back-5", "{'reason':'again'}", 409);
    api_expect_problem(&api, 409, "already_reversed", NULL);
    assert_int_equal(harness_available(&h, cast_id("alice")), alice);
    assert_int_equal(harness_available(&h, cast_id("bob")), bob);
}

/* A captured hold goes back from the destination to the account; a part of an exchange would have to be
 * rounded. */
static void reversal_of_other_kinds(void **state)
{
    (void)state;
    char path[128], id[64];
    int64_t alice = harness_available(&h, cast_id("alice"));
    assert_int_equal(
        api_post(&api, "/v1/holds", "hold-1", "{'account':'@alice','amount':50,'destination':'@bob'}"), 201);
    (void)snprintf(path, sizeof path, "/v1/holds/%s/capture", api_string(&api, "hold.id"));
    assert_int_equal(api_post(&api, path, "capture-1", "{'amount':20}"), 201);
    (void)snprintf(id, sizeof id, "%s", api_string(&api, "transaction_id"));
    reverse(id, "back-hold", "{'reason':'not delivered'}", 201);
    assert_string_equal(api_string(&api, "entries.0.account"), cast_id("bob"));
    assert_int_equal(harness_available(&h, cast_id("alice")), alice);

    assert_int_equal(api_get(&api, "/v1/transactions?kind=exchange&limit=1"), 200);
    (void)snprintf(id, sizeof id, "%s", api_string(&api, "data.0.id"));
    reverse(id, "back-fx-1", "{'amount':7,'reason':'a part'}", 422);
    api_expect_problem(&api, 422, "whole_only", "/amount");
    reverse(id, "back-fx-2", "{'reason':'all of it'}", 201);
    assert_int_equal(api_int(&api, "amount"), 1001);
    assert_int_equal(harness_available(&h, cast_id("alice")), alice + 1001);
}

/* Who paid cannot take it back; who does not take part sees nothing. */
static void reversal_by_others(void **state)
{
    (void)state;
    struct api_key stranger;
    char id[64], path[128];
    api_key_make(&h, "nobody", USER_SCOPES, &stranger);
    assert_int_equal(api_post(&api, "/v1/transfers", "rev-2",
                              "{'from_account':'@alice','to_account':'@foreign','amount':10}"),
                     201);
    (void)snprintf(id, sizeof id, "%s", api_string(&api, "id"));
    (void)snprintf(path, sizeof path, "/v1/transactions/%s/reverse", id);
    struct api_request r = {
        .path = path, .key = "mine", .body = "{\"reason\":\"mine\"}", .api_key = user.secret};
    (void)api_send(&api, &r);
    api_expect_problem(&api, 403, "forbidden", NULL);
    r.api_key = stranger.secret;
    (void)api_send(&api, &r);
    api_expect_problem(&api, 404, "not_found", NULL);
}

/* One of many who want something at the same moment, over both ingresses. */
struct caller {
    pthread_t thread;
    struct client client;
    struct client_answer answer;
    const char *path, *body;
    char key[HARNESS_KEY_SIZE];
    pthread_barrier_t *together;
};

static void *call(void *context)
{
    struct caller *c = context;
    (void)pthread_barrier_wait(c->together);
    client_send(&c->client, c->path, c->key, c->body, &c->answer);
    return NULL;
}

/* How many got 201; the others got the other status. */
static int crowd_calls(const char *path, const char *body, int other)
{
    static struct caller callers[CROWD];
    pthread_barrier_t together;
    int created = 0;
    assert_int_equal(pthread_barrier_init(&together, NULL, CROWD), 0);
    for (int i = 0; i < CROWD; i++) {
        callers[i] = (struct caller){.path = path, .body = body, .together = &together};
        harness_new_key(callers[i].key);
        harness_client(&h, i % 2, &callers[i].client);
        assert_int_equal(pthread_create(&callers[i].thread, NULL, call, &callers[i]), 0);
    }
    for (int i = 0; i < CROWD; i++) {
        (void)pthread_join(callers[i].thread, NULL);
        client_close(&callers[i].client);
        int status = callers[i].answer.status;
        created += status == 201;
        if (status != 201 && status != other)
            fail_msg("got %d: %s", status, callers[i].answer.body);
    }
    (void)pthread_barrier_destroy(&together);
    return created;
}

/* Never more than the original, whoever comes first: 40 of 100 fit in twice. */
static void many_reversals_at_once(void **state)
{
    (void)state;
    char path[128];
    for (int round = 0; round < 5; round++) {
        char key[HARNESS_KEY_SIZE];
        harness_new_key(key);
        int64_t alice = harness_available(&h, cast_id("alice"));
        assert_int_equal(api_post(&api, "/v1/transfers", key,
                                  "{'from_account':'@alice','to_account':'@bob','amount':100}"),
                         201);
        (void)snprintf(path, sizeof path, "/v1/transactions/%s/reverse", api_string(&api, "id"));
        assert_int_equal(crowd_calls(path, "{\"amount\":40,\"reason\":\"a part\"}", 422), 2);
        assert_int_equal(harness_available(&h, cast_id("alice")), alice - 20);
    }
    assert_true(scene_never_logged(&h, "batch_failed")); /* the locks suffice: no wall was run into */
}

/* The fx accounts of both currencies are made on first use, by one of many. */
static void many_first_exchanges(void **state)
{
    (void)state;
    char body[512];
    cast_text("{'from_account':'@pounds','to_account':'@yen','sell_amount':10,'rate':{'numerator':19,'"
              "denominator':10},"
              "'rounding':'down'}",
              body, sizeof body);
    assert_int_equal(crowd_calls("/v1/exchanges", body, 201), CROWD);
    assert_int_equal(harness_available(&h, cast_id("pounds")), FUNDS - 10 * CROWD);
    assert_int_equal(harness_available(&h, cast_id("yen")), 19 * CROWD);
    assert_true(scene_never_logged(&h, "batch_failed"));
}

static void books_are_right(void **state)
{
    (void)state;
    assert_int_equal(money_check(&h, NULL), 0);
}

static void open_account(const char *name, const char *currency, int64_t funds)
{
    char id[TYPEID_TEXT_SIZE];
    harness_open_account(&h, currency, id);
    cast_add(name, id);
    if (funds > 0)
        harness_deposit(&h, id, currency, funds);
}

static void set_up_accounts(void)
{
    open_account("alice", "EUR", FUNDS);
    open_account("bob", "EUR", FUNDS);
    open_account("empty", "EUR", 0);
    open_account("dollars", "USD", FUNDS);
    open_account("more_dollars", "USD", 0);
    open_account("pounds", "GBP", FUNDS);
    open_account("yen", "JPY", 0);
    (void)api_post(&api, "/v1/accounts", "foreign",
                   "{'owner':'stranger','type':'merchant','currency':'EUR','name':'Foreign'}");
    cast_add("foreign", api_string(&api, "id"));
    (void)api_post(&api, "/v1/deposits", "cash", "{'account':'@bob','amount':5,'currency':'EUR'}");
    cast_add("cash", api_string(&api, "entries.0.account"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(withdrawal),
        cmocka_unit_test(three_legs),
        cmocka_unit_test(money_is_passed_on),
        cmocka_unit_test(as_many_legs_as_there_may_be),
        cmocka_unit_test(exchange),
        cmocka_unit_test(reversal),
        cmocka_unit_test(reversal_of_other_kinds),
        cmocka_unit_test(reversal_by_others),
        cmocka_unit_test(many_reversals_at_once),
        cmocka_unit_test(many_first_exchanges),
        cmocka_unit_test(books_are_right),
    };
    harness_start(&h, &(struct harness_options){.ledgers = 2, .ingresses = 2});
    api_open(&api, &h, 0);
    api_key_make(&h, HARNESS_OWNER, USER_SCOPES, &user);
    set_up_accounts();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&api);
    harness_stop(&h, failed != 0);
    return failed;
}
