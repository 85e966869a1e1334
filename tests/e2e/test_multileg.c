/* test_multileg.c - transactions with more than two legs and withdrawals, through all processes: what is
   answered, what is read afterwards, and that nothing of a refused or repeated one is left. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/api.h"
#include "tests/e2e/cast.h"
#include "tests/e2e/scene.h"

#define FUNDS       1000
#define LEGS_MAX    100
#define USER_SCOPES "accounts:read,transactions:read,transactions:write"

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
    write_legs(LEGS_MAX + 2, text, sizeof text);
    cast_text(text, body, sizeof body);
    (void)api_send(&api, &(struct api_request){.path = "/v1/transactions", .key = "legs-102", .body = body});
    api_expect_problem(&api, 422, "invalid_value", "/entries");
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
    (void)api_post(&api, "/v1/accounts", "foreign",
                   "{'owner':'stranger','type':'merchant','currency':'EUR','name':'Foreign'}");
    cast_add("foreign", api_string(&api, "id"));
    (void)api_post(&api, "/v1/deposits", "cash", "{'account':'@bob','amount':5,'currency':'EUR'}");
    cast_add("cash", api_string(&api, "entries.0.account"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(withdrawal),         cmocka_unit_test(three_legs),
        cmocka_unit_test(money_is_passed_on), cmocka_unit_test(as_many_legs_as_there_may_be),
        cmocka_unit_test(books_are_right),
    };
    harness_start(&h, &(struct harness_options){0});
    api_open(&api, &h, 0);
    api_key_make(&h, HARNESS_OWNER, USER_SCOPES, &user);
    set_up_accounts();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&api);
    harness_stop(&h, failed != 0);
    return failed;
}
