/* test_holds.c - the life of a hold over HTTP: what is held can be neither spent nor held again, keys repeat
   the same bytes, one of many authorizations fits, and every refusal has its status. */
#include <stdlib.h>
#include <string.h>

#include "e2e_statements.h"
#include "tests/e2e/api.h"
#include "tests/e2e/books.h"
#include "tests/e2e/cast.h"
#include "tests/e2e/scene.h"
#include "tests/support/database.h"
#include "tests/support/process.h"

#define STRANGER   "somebody-else"
#define CROWD      20
#define ROUNDS     10
#define TOLD_MS    30000
#define HOLD       "{'account':'@alice','amount':600,'destination':'@bob'}"
#define ROWS(rows) (sizeof(rows) / sizeof((rows)[0]))

static struct harness h;
static struct api api;
static struct db *db;
static struct api_key user, stranger; /* not staff: of the owner of the accounts, and another */

static const char *new_key(void)
{
    static char key[HARNESS_KEY_SIZE];
    harness_new_key(key);
    return key;
}

static void open_account(const char *name, int64_t funds)
{
    char id[TYPEID_TEXT_SIZE];
    harness_open_account(&h, "EUR", id);
    cast_add(name, id);
    if (funds > 0)
        harness_deposit(&h, id, "EUR", funds);
}

/* Fresh accounts for a test: alice has 1000, bob nothing. */
static void set_up_people(void)
{
    open_account("alice", 1000);
    open_account("bob", 0);
}

static void authorize(const char *name, const char *body)
{
    (void)api_post(&api, "/v1/holds", new_key(), "%s", body);
    if (api.status != 201)
        fail_msg("no hold: %s", api.body.data);
    cast_add(name, api_string(&api, "hold.id"));
}

static void expect_balances(const char *account, int64_t posted, int64_t held)
{
    (void)api_get(&api, "/v1/accounts/%s", account);
    assert_int_equal(api_int(&api, "posted"), posted);
    assert_int_equal(api_int(&api, "held"), held);
    assert_int_equal(api_int(&api, "available"), posted - held);
}

static void expect_hold(const char *place, const char *status, int64_t captured, int64_t held)
{
    char member[64];
    (void)snprintf(member, sizeof member, "%sstatus", place);
    assert_string_equal(api_string(&api, member), status);
    (void)snprintf(member, sizeof member, "%scaptured", place);
    assert_int_equal(api_int(&api, member), captured);
    (void)snprintf(member, sizeof member, "%sheld", place);
    assert_int_equal(api_int(&api, member), held);
}

static void the_whole_life(void **state)
{
    (void)state;
    set_up_people();
    authorize("hold", HOLD);
    expect_hold("hold.", "authorized", 0, 600);
    expect_balances("@alice", 1000, 600);
    expect_balances("@bob", 0, 0);

    (void)api_post(&api, "/v1/holds/@hold/capture", new_key(), "{'amount':200,'final':false}");
    assert_int_equal(api.status, 201);
    expect_hold("hold.", "partially_captured", 200, 400);
    cast_add("txn", api_string(&api, "transaction_id"));
    expect_balances("@alice", 800, 400);
    expect_balances("@bob", 200, 0);

    (void)api_get(&api, "/v1/transactions/@txn");
    assert_string_equal(api_string(&api, "kind"), "hold_capture");
    assert_string_equal(api_string(&api, "hold"), cast_id("hold"));
    assert_int_equal(api_int(&api, "amount"), 200);

    (void)api_post(&api, "/v1/holds/@hold/capture", new_key(), "{'amount':100}");
    assert_int_equal(api.status, 201);
    expect_hold("hold.", "captured", 300, 0);
    expect_balances("@alice", 700, 0);
    expect_balances("@bob", 300, 0);

    (void)api_get(&api, "/v1/holds/@hold");
    expect_hold("", "captured", 300, 0);
    (void)api_post(&api, "/v1/holds/@hold/capture", new_key(), "{'amount':1}");
    api_expect_problem(&api, 409, "invalid_hold_state", NULL);
    (void)api_post(&api, "/v1/holds/@hold/release", new_key(), "{}");
    api_expect_problem(&api, 409, "invalid_hold_state", NULL);
}

/* Into the currency's escrow; a body is not needed. */
static void released_and_captured_without_a_body(void **state)
{
    (void)state;
    set_up_people();
    authorize("hold", "{'account':'@alice','amount':600}");
    char path[128];
    (void)snprintf(path, sizeof path, "/v1/holds/%s/release", cast_id("hold"));
    (void)api_send(&api, &(struct api_request){.method = "POST", .path = path, .key = new_key()});
    assert_int_equal(api.status, 200);
    expect_hold("hold.", "released", 0, 0);
    expect_balances("@alice", 1000, 0);

    authorize("hold", "{'account':'@alice','amount':600}");
    cast_add("escrow", api_string(&api, "hold.destination"));
    (void)snprintf(path, sizeof path, "/v1/holds/%s/capture", cast_id("hold"));
    (void)api_send(&api, &(struct api_request){.method = "POST", .path = path, .key = new_key()});
    assert_int_equal(api.status, 201);
    expect_hold("hold.", "captured", 600, 0);
    expect_balances("@alice", 400, 0);
    (void)api_get(&api, "/v1/accounts/@escrow");
    assert_string_equal(api_string(&api, "type"), "system");
    assert_true(api_int(&api, "posted") >= 600);
}

static void held_money_is_neither_spent_nor_held_again(void **state)
{
    (void)state;
    set_up_people();
    authorize("hold", HOLD);
    (void)api_post(&api, "/v1/transfers", new_key(),
                   "{'from_account':'@alice','to_account':'@bob','amount':401}");
    api_expect_problem(&api, 402, "insufficient_funds", NULL);
    assert_int_equal(api_int(&api, "available"), 400);
    (void)api_post(&api, "/v1/holds", new_key(), "{'account':'@alice','amount':401}");
    api_expect_problem(&api, 402, "insufficient_funds", NULL);
    assert_int_equal(api_int(&api, "available"), 400);
    assert_int_equal(api_int(&api, "required"), 401);
    (void)api_post(&api, "/v1/transfers", new_key(),
                   "{'from_account':'@alice','to_account':'@bob','amount':400}");
    assert_int_equal(api.status, 201);
    expect_balances("@alice", 600, 600);
    (void)api_post(&api, "/v1/accounts/@alice/close", NULL, "{}");
    api_expect_problem(&api, 409, "account_not_empty", NULL);
    (void)api_post(&api, "/v1/accounts/@alice/freeze", NULL, "{}");
    assert_int_equal(api.status, 200);
    (void)api_post(&api, "/v1/holds", new_key(), "{'account':'@alice','amount':1}");
    api_expect_problem(&api, 409, "account_frozen", "/account");
    (void)api_post(&api, "/v1/holds/@hold/capture", new_key(), "{}"); /* it was promised before */
    assert_int_equal(api.status, 201);
    expect_balances("@alice", 0, 0);
}

struct row {
    const char *name, *path, *body;
    int status;
    const char *code, *pointer;
};

static const struct row refusals[] = {
    {"no account", "/v1/holds", "{'amount':1}", 400, "missing_field", "/account"},
    {"an amount of 0", "/v1/holds", "{'account':'@alice','amount':0}", 422, "amount_out_of_range", "/amount"},
    {"no time", "/v1/holds", "{'account':'@alice','amount':1,'ttl_seconds':0}", 422, "invalid_value",
     "/ttl_seconds"},
    {"more than a year", "/v1/holds", "{'account':'@alice','amount':1,'ttl_seconds':31536001}", 422,
     "invalid_value", "/ttl_seconds"},
    {"into itself", "/v1/holds", "{'account':'@alice','amount':1,'destination':'@alice'}", 422,
     "same_account", "/destination"},
    {"an unknown account", "/v1/holds", "{'account':'@missing','amount':1}", 422, "account_not_found",
     "/account"},
    {"an unknown destination", "/v1/holds", "{'account':'@alice','amount':1,'destination':'@missing'}", 422,
     "account_not_found", "/destination"},
    {"another currency", "/v1/holds", "{'account':'@alice','amount':1,'currency':'USD'}", 422,
     "currency_mismatch", "/currency"},
    {"of cash", "/v1/holds", "{'account':'@cash','amount':1}", 422, "invalid_value", "/account"},
    {"of the escrow into the escrow", "/v1/holds", "{'account':'@escrow','amount':1}", 422, "same_account",
     "/destination"},
    {"capture of an unknown hold", "/v1/holds/@missing_hold/capture", "{}", 404, "not_found", NULL},
    {"capture of something else", "/v1/holds/@alice/capture", "{}", 404, "not_found", NULL},
    {"capture of too much", "/v1/holds/@hold/capture", "{'amount':601}", 422, "amount_exceeds_hold",
     "/amount"},
    {"capture of nothing", "/v1/holds/@hold/capture", "{'amount':0}", 422, "amount_out_of_range", "/amount"},
    {"the hold in the body", "/v1/holds/@hold/capture", "{'hold':'@hold'}", 400, "unknown_field", "/hold"},
    {"a part of a second", "/v1/holds", "{'account':'@alice','amount':1,'ttl_seconds':1.5}", 400,
     "wrong_type", "/ttl_seconds"},
    {"a status", "/v1/holds", "{'account':'@alice','amount':1,'status':'captured'}", 400, "unknown_field",
     "/status"},
    {"final is a word", "/v1/holds/@hold/capture", "{'final':'no'}", 400, "wrong_type", "/final"},
    {"release of an amount", "/v1/holds/@hold/release", "{'amount':1}", 400, "unknown_field", "/amount"},
    {"release of an unknown hold", "/v1/holds/@missing_hold/release", "{}", 404, "not_found", NULL},
};

static void refused(void **state)
{
    (void)state;
    set_up_people();
    cast_add("missing", "acct_01h455vb4pex5vsknk084sn02q");
    cast_add("missing_hold", "hold_01h455vb4pex5vsknk084sn02q");
    (void)api_get(&api, "/v1/accounts?type=system&currency=EUR&limit=100");
    for (int i = 0; i < 2; i++) {
        char place[32];
        (void)snprintf(place, sizeof place, "data.%d.name", i);
        bool is_cash = strcmp(api_string(&api, place), "Mint Source") == 0;
        (void)snprintf(place, sizeof place, "data.%d.id", i);
        cast_add(is_cash ? "cash" : "escrow", api_string(&api, place));
    }
    authorize("hold", HOLD);
    for (size_t i = 0; i < ROWS(refusals); i++) {
        print_message("  %s\n", refusals[i].name);
        (void)api_post(&api, refusals[i].path, new_key(), "%s", refusals[i].body);
        api_expect_problem(&api, refusals[i].status, refusals[i].code, refusals[i].pointer);
    }
    (void)api_post(&api, "/v1/holds", NULL, HOLD);
    api_expect_problem(&api, 400, "idempotency_key_missing", NULL);
    expect_balances("@alice", 1000, 600);
}

static int post_as(const struct api_key *who, const char *path_format, const char *body)
{
    char path[128], text[256];
    cast_text(path_format, path, sizeof path);
    cast_text(body, text, sizeof text);
    return api_send(
        &api, &(struct api_request){.path = path, .api_key = who->secret, .key = new_key(), .body = text});
}

static void who_may(void **state)
{
    (void)state;
    set_up_people();
    authorize("staffs", HOLD); /* by the harness's key: the same owner, so the user may capture it */
    assert_int_equal(post_as(&stranger, "/v1/holds", HOLD), 422);
    assert_int_equal(post_as(&stranger, "/v1/holds/@staffs/capture", "{'amount':1}"), 404);
    assert_int_equal(post_as(&stranger, "/v1/holds/@staffs/release", "{}"), 404);
    assert_int_equal(post_as(&user, "/v1/holds/@staffs/capture", "{'amount':1,'final':false}"), 201);
    struct api_key ops;
    api_key_make(&h, "other-staff", "admin", &ops);
    assert_int_equal(post_as(&ops, "/v1/holds", "{'account':'@alice','amount':5}"), 201);
    cast_add("foreign", api_string(&api, "hold.id"));
    assert_int_equal(post_as(&user, "/v1/holds/@foreign/capture", "{}"), 403);
    assert_int_equal(post_as(&user, "/v1/holds/@foreign/release", "{}"), 403);
    assert_int_equal(post_as(&stranger, "/v1/holds/@foreign/capture", "{}"), 404);
    assert_int_equal(post_as(&ops, "/v1/holds/@staffs/release", "{}"), 200);
    assert_int_equal(post_as(&ops, "/v1/holds/@foreign/capture", "{}"), 201);
}

static bool is_replay(void)
{
    const char *header = api_header(&api, "Idempotency-Replayed");
    return header != NULL && strcmp(header, "true") == 0;
}

/* The first answer under a key, then the same bytes for ever; a 201 as 200. */
static void repeat(const char *path, const char *body, int status)
{
    static char first[API_TEXT_MAX];
    char key[HARNESS_KEY_SIZE];
    struct books before, after;
    harness_new_key(key);
    (void)api_post(&api, path, key, "%s", body);
    if (api.status != status || is_replay())
        fail_msg("%s: wanted a first %d: %s", path, status, api.body.data);
    assert_true(api.body.len < sizeof first);
    memcpy(first, api.body.data, api.body.len + 1);
    books_read(db, &before);
    for (int i = 0; i < 3; i++) {
        (void)api_post(&api, path, key, "%s", body);
        assert_int_equal(api.status, status == 201 ? 200 : status);
        assert_true(is_replay());
        assert_string_equal(api.body.data, first);
    }
    (void)api_post(&api, path, key, "%s", "{'account':'@alice','amount':7,'reference':'another'}");
    assert_true(api.status == 409 || api.status == 400); /* the fields of a body come before its key */
    books_read(db, &after);
    assert_true(books_same(&before, &after, 0));
}

static void keys_repeat_answers(void **state)
{
    (void)state;
    set_up_people();
    repeat("/v1/holds", "{'account':'@alice','amount':5,'metadata':{'b':'1','a':'2'}}", 201);
    repeat("/v1/holds", "{'account':'@alice','amount':5000}", 402);
    authorize("hold", HOLD);
    repeat("/v1/holds/@hold/capture", "{'amount':10,'final':false}", 201);
    repeat("/v1/holds/@hold/capture", "{'amount':591}", 422);
    repeat("/v1/holds/@hold/release", "{}", 200);
    repeat("/v1/holds/@hold/capture", "{}", 409);
    repeat("/v1/holds/@hold/release", "{}", 409);
}

/* The hold in the path belongs to the request. */
static void a_key_is_for_one_hold(void **state)
{
    (void)state;
    char key[HARNESS_KEY_SIZE];
    set_up_people();
    authorize("one", "{'account':'@alice','amount':5}");
    authorize("two", "{'account':'@alice','amount':5}");
    harness_new_key(key);
    (void)api_post(&api, "/v1/holds/@one/release", key, "{}");
    assert_int_equal(api.status, 200);
    (void)api_post(&api, "/v1/holds/@two/release", key, "{}");
    api_expect_problem(&api, 409, "idempotency_key_reused", NULL);
    (void)api_post(&api, "/v1/holds/@one/capture", key, "{}");
    api_expect_problem(&api, 409, "idempotency_key_reused", NULL);
}

struct contender {
    pthread_t thread;
    struct client client;
    struct client_answer answer;
    const char *path, *body;
    char key[HARNESS_KEY_SIZE];
    pthread_barrier_t *together;
};
static struct contender crowd[CROWD];

static void *contend(void *context)
{
    struct contender *c = context;
    (void)pthread_barrier_wait(c->together);
    client_send(&c->client, c->path, c->key, c->body, &c->answer);
    return NULL;
}

/* All at once, over both ingress; each with a key of its own, or all with one. Gives how many were done
 * first. */
static int send_crowd(const char *path, const char *body, bool one_key)
{
    pthread_barrier_t together;
    int created = 0;
    char key[HARNESS_KEY_SIZE];
    harness_new_key(key);
    assert_int_equal(pthread_barrier_init(&together, NULL, CROWD), 0);
    for (int i = 0; i < CROWD; i++) {
        crowd[i] = (struct contender){.path = path, .body = body, .together = &together};
        if (!one_key)
            harness_new_key(key);
        memcpy(crowd[i].key, key, sizeof key);
        harness_client(&h, i % 2, &crowd[i].client);
        assert_int_equal(pthread_create(&crowd[i].thread, NULL, contend, &crowd[i]), 0);
    }
    for (int i = 0; i < CROWD; i++) {
        (void)pthread_join(crowd[i].thread, NULL);
        client_close(&crowd[i].client);
        created += crowd[i].answer.status == 201;
    }
    (void)pthread_barrier_destroy(&together);
    return created;
}

static void expect_statuses(int status)
{
    for (int i = 0; i < CROWD; i++)
        if (crowd[i].answer.status != 201 && crowd[i].answer.status != status)
            fail_msg("%s was answered %d: %s", crowd[i].path, crowd[i].answer.status, crowd[i].answer.body);
}

/* One executes, the others get its very bytes. */
static void copies_of_a_capture(void **state)
{
    (void)state;
    char path[96];
    set_up_people();
    authorize("hold", HOLD);
    (void)snprintf(path, sizeof path, "/v1/holds/%s/capture", cast_id("hold"));
    for (int round = 1; round <= ROUNDS; round++) {
        assert_int_equal(send_crowd(path, "{\"amount\":7,\"final\":false}", true), 1);
        expect_statuses(200);
        for (int i = 1; i < CROWD; i++)
            assert_string_equal(crowd[i].answer.body, crowd[0].answer.body);
        (void)api_get(&api, "/v1/holds/@hold");
        expect_hold("", "partially_captured", 7 * round, 600 - 7 * round);
    }
}

/* Captures of 200 each, with keys of their own: three of 600 fit. */
static void three_captures_fit(void **state)
{
    (void)state;
    char path[96];
    for (int round = 0; round < ROUNDS; round++) {
        set_up_people();
        authorize("hold", HOLD);
        (void)snprintf(path, sizeof path, "/v1/holds/%s/capture", cast_id("hold"));
        assert_int_equal(send_crowd(path, "{\"amount\":200,\"final\":false}", false), 3);
        expect_statuses(409); /* it was captured: nothing is left to exceed */
        expect_balances("@alice", 400, 0);
        expect_balances("@bob", 600, 0);
    }
}

static void one_of_twenty_fits(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        char body[128];
        set_up_people();
        cast_text("{'account':'@alice','amount':600}", body, sizeof body);
        assert_int_equal(send_crowd("/v1/holds", body, false), 1);
        expect_statuses(402);
        expect_balances("@alice", 1000, 600);
    }
}

static void lists(void **state)
{
    (void)state;
    set_up_people();
    authorize("older", "{'account':'@alice','amount':5}");
    authorize("newer", "{'account':'@alice','amount':6}");
    (void)api_post(&api, "/v1/holds/@older/release", new_key(), "{}");
    (void)api_get(&api, "/v1/holds?account=@alice");
    assert_int_equal(json_array_size(api_at(&api, "data")), 2);
    assert_string_equal(api_string(&api, "data.0.id"), cast_id("newer"));
    assert_string_equal(api_string(&api, "data.1.status"), "released");
    (void)api_get(&api, "/v1/holds?account=@alice&status=authorized");
    assert_int_equal(json_array_size(api_at(&api, "data")), 1);
    assert_string_equal(api_string(&api, "data.0.id"), cast_id("newer"));
    (void)api_get(&api, "/v1/holds?account=@bob");
    assert_int_equal(json_array_size(api_at(&api, "data")), 0);
}

/* The first of the list, and how many there are. */
static void expect_list(size_t count, const char *first)
{
    assert_int_equal(api.status, 200);
    assert_int_equal(json_array_size(api_at(&api, "data")), count);
    assert_string_equal(api_string(&api, "data.0.id"), cast_id(first));
}

/* From is in, to is not; whichever index leads. */
static void lists_of_a_time(void **state)
{
    (void)state;
    char at[64];
    set_up_people();
    authorize("older", "{'account':'@alice','amount':5}");
    authorize("newer", "{'account':'@alice','amount':6}");
    (void)api_get(&api, "/v1/holds/@newer");
    (void)snprintf(at, sizeof at, "%s", api_string(&api, "created_at"));
    (void)api_get(&api, "/v1/holds?account=@alice&created_from=%s", at);
    expect_list(1, "newer");
    (void)api_get(&api, "/v1/holds?account=@alice&created_to=%s", at);
    expect_list(1, "older");
    static const char *const lists_of_all[] = {"/v1/holds?", "/v1/holds?status=authorized&"};
    for (size_t i = 0; i < sizeof lists_of_all / sizeof lists_of_all[0]; i++) {
        (void)api_get(&api, "%screated_from=%s", lists_of_all[i], at);
        expect_list(1, "newer");
        (void)api_get(&api, "%screated_to=%s&limit=1", lists_of_all[i], at);
        expect_list(1, "older");
    }
}

#define OPEN_HOLDS "select count(*) from paybus.holds where status in ('authorized', 'partially_captured')"

static bool open_ones_are_told(void *context)
{
    const int64_t *open = context;
    int64_t told = 0;
    for (int i = 0; i < h.ledger_count; i++)
        told += program_metric(&h.ledgers[i], "paybus_ledger_holds_open");
    return told == *open;
}

/* By the one that expires them. */
static void open_ones_are_counted(void **state)
{
    (void)state;
    int64_t open = strtoll(database_value(db_raw(db), OPEN_HOLDS), NULL, 10);
    assert_true(open > 0);
    assert_true(eventually(open_ones_are_told, &open, TOLD_MS));
    for (int i = 0; i < h.ledger_count; i++)
        assert_int_equal(program_metric(&h.ledgers[i], "paybus_ledger_holds_overdue_seconds"), 0);
}

static void books_are_right(void **state)
{
    (void)state;
    assert_int_equal(money_check(&h, NULL), 0);
    assert_true(scene_never_logged(&h, "batch_failed")); /* no wall was run into */
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_life),
        cmocka_unit_test(released_and_captured_without_a_body),
        cmocka_unit_test(held_money_is_neither_spent_nor_held_again),
        cmocka_unit_test(refused),
        cmocka_unit_test(who_may),
        cmocka_unit_test(keys_repeat_answers),
        cmocka_unit_test(a_key_is_for_one_hold),
        cmocka_unit_test(one_of_twenty_fits),
        cmocka_unit_test(three_captures_fit),
        cmocka_unit_test(copies_of_a_capture),
        cmocka_unit_test(lists),
        cmocka_unit_test(lists_of_a_time),
        cmocka_unit_test(open_ones_are_counted),
        cmocka_unit_test(books_are_right),
    };
    api_open(&api, &h, 0);
    db = harness_database(&h);
    api_key_make(&h, HARNESS_OWNER, "holds:write,holds:read", &user);
    api_key_make(&h, STRANGER, "holds:write,holds:read", &stranger);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&api);
    db_close(db);
    return failed;
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.ledgers = 2, .ingresses = 2}, run);
}
