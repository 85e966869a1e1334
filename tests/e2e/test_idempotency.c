/* test_idempotency.c - one key, one effect, one answer: byte for byte the same from any instance, after a
   restart of everything and over midnight; and what a key cannot be. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "e2e_statements.h"
#include "tests/e2e/api.h"
#include "tests/e2e/books.h"
#include "tests/e2e/cast.h"
#include "tests/e2e/scene.h"

#define COPIES       50
#define FUNDS        100000
#define STOP_MS      15000
#define DAYS_KEPT    2 /* as set for that test */
#define DAYS_TOO_OLD 10
#define TRANSFER     "{'from_account':'@alice','to_account':'@bob','amount':%d}"
#define ACCOUNT      "{'type':'user','currency':'EUR','name':'%s'}"
#define OTHER_OWNER  "somebody-else"

static struct harness h;
static struct api one, two; /* of one ingress each */
static struct db *db;
static char key[HARNESS_KEY_SIZE];
static char first[API_TEXT_MAX]; /* body of the key's first answer */

static bool is_replay(const struct api *api)
{
    const char *header = api_header(api, "Idempotency-Replayed");
    return header != NULL && strcmp(header, "true") == 0;
}

/* The first answer to a key, kept to compare. */
static void expect_first(const struct api *api, int status)
{
    if (api->status != status || is_replay(api))
        fail_msg("wanted a first %d, got %d: %s", status, api->status, api->body.data);
    assert_true(api->body.len < sizeof first);
    memcpy(first, api->body.data, api->body.len + 1);
}

static void expect_replay(const struct api *api, int status)
{
    if (api->status != status || !is_replay(api))
        fail_msg("wanted a replayed %d, got %d: %s", status, api->status, api->body.data);
    assert_string_equal(api->body.data, first);
}

static int transfer(struct api *api, int amount)
{
    return api_post(api, "/v1/transfers", key, TRANSFER, amount);
}

static void same_key_same_request(void **state)
{
    (void)state;
    static const struct {
        const char *path, *body;
    } rows[] = {
        {"/v1/accounts", "{'type':'user','currency':'EUR','name':'Twice'}"},
        {"/v1/deposits", "{'account':'@alice','amount':7,'currency':'EUR'}"},
        {"/v1/transfers",
         "{'from_account':'@alice','to_account':'@bob','amount':7,'metadata':{'b':'1','a':'2'}}"},
        {"/v1/accounts/@bob/unfreeze", "{'reason':'was never frozen'}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct books before, after;
        bool creates = i < 3;
        harness_new_key(key);
        (void)api_post(&one, rows[i].path, key, "%s", rows[i].body);
        expect_first(&one, creates ? 201 : 200);
        books_read(db, &before);
        for (int k = 0; k < 3; k++) {
            (void)api_post(&one, rows[i].path, key, "%s", rows[i].body);
            expect_replay(&one, 200);
            assert_string_equal(api_header(&one, "Content-Type"), "application/json");
        }
        books_read(db, &after);
        assert_true(books_same(&before, &after, 0));
    }
}

static void reordered_and_spaced(void **state)
{
    (void)state;
    static const char *const twins[] = {
        "{'from_account':'@alice','to_account':'@bob','amount':5,'description':'caf\xc3\xa9'}",
        "{'description':'caf\\u00e9','amount':5,'to_account':'@bob','from_account':'@alice'}",
        " {\n\t'amount':5 ,\r\n'description':'caf\xc3\xa9','to_account' :'@bob','from_account': '@alice'}\n ",
        "{'\\u0061mount':5,'description':'caf\xc3\xa9','to_account':'@bob','from_account':'@alice'}",
    };
    harness_new_key(key);
    (void)api_post(&one, "/v1/transfers", key, "%s", twins[0]);
    expect_first(&one, 201);
    for (size_t i = 1; i < sizeof twins / sizeof twins[0]; i++) {
        (void)api_post(&one, "/v1/transfers", key, "%s", twins[i]);
        expect_replay(&one, 200);
    }
}

static void another_request(void **state)
{
    (void)state;
    static const struct {
        const char *path, *body;
    } others[] = {
        {"/v1/transfers", "{'from_account':'@alice','to_account':'@bob','amount':12}"},
        {"/v1/transfers", "{'from_account':'@alice','to_account':'@bob','amount':11,'currency':'EUR'}"},
        {"/v1/transfers", "{'from_account':'@bob','to_account':'@alice','amount':11}"},
        {"/v1/deposits", "{'account':'@alice','amount':11,'currency':'EUR'}"},
        {"/v1/accounts", "{'type':'user','currency':'EUR','name':'Other route'}"},
        {"/v1/accounts/@alice/freeze", "{}"},
        {"/v1/accounts/@bob/unfreeze", "{}"},
    };
    struct books before, after;
    harness_new_key(key);
    (void)transfer(&one, 11);
    expect_first(&one, 201);
    books_read(db, &before);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        (void)api_post(&one, others[i].path, key, "%s", others[i].body);
        api_expect_problem(&one, 409, "idempotency_key_reused", NULL);
        assert_false(is_replay(&one));
    }
    books_read(db, &after);
    assert_true(books_same(&before, &after, 0));
    (void)transfer(&one, 11); /* the key still stands for what it stood for */
    expect_replay(&one, 200);
}

/* The path with its id belongs to the request, not only the route. */
static void another_path(void **state)
{
    (void)state;
    harness_new_key(key);
    (void)api_post(&one, "/v1/accounts/@carol/freeze", key, "{}");
    expect_first(&one, 200);
    (void)api_post(&one, "/v1/accounts/@bob/freeze", key, "{}");
    api_expect_problem(&one, 409, "idempotency_key_reused", NULL);
    (void)api_post(&one, "/v1/accounts/@carol/unfreeze", key, "{}");
    api_expect_problem(&one, 409, "idempotency_key_reused", NULL);
    (void)api_post(&one, "/v1/accounts/@carol/freeze", key, "{}");
    expect_replay(&one, 200);
    (void)api_post(&one, "/v1/accounts/@carol/unfreeze", NULL, "{}");
    assert_int_equal(one.status, 200);
    (void)api_post(&one, "/v1/accounts/@carol/freeze", key, "{}");
    expect_replay(&one, 200); /* as it was, though it is open again */
    (void)api_get(&one, "/v1/accounts/@carol");
    assert_string_equal(api_string(&one, "status"), "open");
}

static void owners_have_their_own_keys(void **state)
{
    (void)state;
    struct api_key other, same_owner;
    char body[256];
    api_key_make(&h, OTHER_OWNER, "accounts:write", &other);
    api_key_make(&h, HARNESS_OWNER, "accounts:write", &same_owner);
    cast_text("{'type':'user','currency':'EUR','name':'Scope'}", body, sizeof body);
    struct api_request request = {.path = "/v1/accounts", .key = key, .body = body};
    harness_new_key(key);
    (void)api_send(&one, &request);
    expect_first(&one, 201);
    request.api_key = other.secret;
    (void)api_send(&one, &request);
    assert_int_equal(one.status, 201);
    assert_false(is_replay(&one));
    assert_string_equal(api_string(&one, "owner"), OTHER_OWNER);
    request.api_key = same_owner.secret; /* the owner counts, not the credential */
    (void)api_send(&one, &request);
    expect_replay(&one, 200);
}

static void what_a_key_cannot_be(void **state)
{
    (void)state;
    static char longest[256 + 1], too_long[257 + 1], quoted_too_long[260];
    memset(longest, 'k', 255);
    memset(too_long, 'k', 256);
    (void)snprintf(quoted_too_long, sizeof quoted_too_long, "\"%s\"", too_long);
    const struct {
        const char *name, *key, *code;
    } rows[] = {
        {"none", NULL, "idempotency_key_missing"},
        {"empty", "", "idempotency_key_invalid"},
        {"256 characters", too_long, "idempotency_key_invalid"},
        {"256 characters in quotes", quoted_too_long, "idempotency_key_invalid"},
        {"not ASCII", "caf\xc3\xa9", "idempotency_key_invalid"},
        {"Latin-1", "caf\xe9", "idempotency_key_invalid"},
        {"a control character", "a\x01z", "invalid_request"}, /* no header may hold one */
        {"a tabulator", "a\tz", "invalid_request"},
        {"DEL", "a\x7fz", "invalid_request"},
        {"empty quotes", "\"\"", "idempotency_key_invalid"},
        {"one quote", "\"", "idempotency_key_invalid"},
        {"an open quote", "\"abc", "idempotency_key_invalid"},
        {"text behind the quotes", "\"abc\"def", "idempotency_key_invalid"},
        {"an unknown escape", "\"a\\nb\"", "idempotency_key_invalid"},
    };
    struct books before, after;
    books_read(db, &before);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        print_message("key: %s\n", rows[i].name);
        (void)api_post(&one, "/v1/accounts", rows[i].key, ACCOUNT, "Keyless");
        api_expect_problem(&one, 400, rows[i].code, NULL);
        (void)api_post(&one, "/v1/transfers", rows[i].key, TRANSFER, 1);
        api_expect_problem(&one, 400, rows[i].code, NULL);
    }
    books_read(db, &after);
    assert_true(books_same(&before, &after, 0));
    (void)api_post(&one, "/v1/accounts", longest, ACCOUNT, "Longest key");
    expect_first(&one, 201);
    (void)api_post(&one, "/v1/accounts", longest, ACCOUNT, "Longest key");
    expect_replay(&one, 200);
}

static void two_key_headers(void **state)
{
    (void)state;
    char body[256];
    cast_text("{'type':'user','currency':'EUR','name':'Two keys'}", body, sizeof body);
    (void)api_send(&one, &(struct api_request){.path = "/v1/accounts",
                                               .key = "two-keys-1",
                                               .body = body,
                                               .headers = {"Idempotency-Key: two-keys-2"}});
    api_expect_problem(&one, 400, "idempotency_key_invalid", NULL);
}

static void quoted_and_bare(void **state)
{
    (void)state;
    char quoted[HARNESS_KEY_SIZE + 2];
    harness_new_key(key);
    (void)snprintf(quoted, sizeof quoted, "\"%s\"", key);
    (void)transfer(&one, 3);
    expect_first(&one, 201);
    (void)api_post(&one, "/v1/transfers", quoted, TRANSFER, 3);
    expect_replay(&one, 200);
}

static void key_in_the_body(void **state)
{
    (void)state;
    harness_new_key(key);
    (void)api_post(&one, "/v1/transfers", key,
                   "{'from_account':'@alice','to_account':'@bob','amount':1,'idempotency_key':'%s'}", key);
    api_expect_problem(&one, 400, "unknown_field", "/idempotency_key");
    assert_non_null(strstr(api_string(&one, "errors.0.detail"), "Idempotency-Key"));
    (void)api_post(&one, "/v1/transfers", NULL,
                   "{'from_account':'@alice','to_account':'@bob','amount':1,'idempotency_key':'%s'}", key);
    assert_int_equal(one.status, 400);
    (void)transfer(&one, 1); /* nothing was stored under it */
    expect_first(&one, 201);
}

static void refusals_are_stored(void **state)
{
    (void)state;
    struct books before, after;
    harness_new_key(key);
    (void)api_post(&one, "/v1/transfers", key, "{'from_account':'@poor','to_account':'@bob','amount':500}");
    api_expect_problem(&one, 402, "insufficient_funds", NULL);
    expect_first(&one, 402);
    harness_deposit(&h, cast_id("poor"), "EUR", 1000); /* now there would be enough */
    books_read(db, &before);
    for (int i = 0; i < 2; i++) {
        struct api *api = i == 0 ? &one : &two;
        (void)api_post(api, "/v1/transfers", key,
                       "{'from_account':'@poor','to_account':'@bob','amount':500}");
        expect_replay(api, 402);
        assert_string_equal(api_header(api, "Content-Type"), "application/problem+json");
    }
    books_read(db, &after);
    assert_true(books_same(&before, &after, 0));
}

static void malformed_requests_are_not_stored(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{'from_account':'@alice','to_account':'@bob'}",
        "{'from_account':'@alice','to_account':'@bob','amount':'1'}",
        "{'from_account':'@alice','to_account':'@bob','amount':0}",
        "{'from_account':'@alice','to_account':'@bob','amount':1,'amount':1}",
        "{'from_account':'@alice'",
        "[]",
    };
    struct books before, after;
    harness_new_key(key);
    books_read(db, &before);
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        (void)api_post(&one, "/v1/transfers", key, "%s", bodies[i]);
        assert_true(one.status == 400 || one.status == 422);
    }
    books_read(db, &after);
    assert_true(books_same(&before, &after, 0));
    (void)transfer(&one, 1);
    expect_first(&one, 201);
}

/* Freezing is repeatable by nature: no key is needed, and the second time changes nothing. */
static void freeze_without_a_key(void **state)
{
    (void)state;
    struct books before, after;
    (void)api_post(&one, "/v1/accounts/@carol/freeze", NULL, "{'reason':'under review'}");
    assert_int_equal(one.status, 200);
    assert_string_equal(api_string(&one, "status"), "frozen");
    books_read(db, &before);
    (void)api_send(
        &one, &(struct api_request){.method = "POST",
                                    .path = "/v1/accounts/@carol/freeze"}); /* not expanded: no such id */
    api_expect_problem(&one, 404, "not_found", NULL);
    (void)api_post(&one, "/v1/accounts/@carol/freeze", NULL, "{}");
    assert_int_equal(one.status, 200);
    assert_string_equal(api_string(&one, "status"), "frozen");
    books_read(db, &after);
    assert_int_equal(after.events, before.events);
    assert_int_equal(after.digest, before.digest);
    (void)api_post(&one, "/v1/accounts/@carol/unfreeze", NULL, "{}");
    assert_string_equal(api_string(&one, "status"), "open");
}

struct copy {
    pthread_t thread;
    struct client client;
    struct client_answer answer;
    pthread_barrier_t *together;
};

static void *send_copy(void *context)
{
    struct copy *c = context;
    (void)pthread_barrier_wait(c->together);
    client_send(&c->client, "/v1/accounts", key,
                "{\"type\":\"merchant\",\"currency\":\"JPY\",\"name\":\"Copies\"}", &c->answer);
    return NULL;
}

static void copies_at_once(void **state)
{
    (void)state;
    static struct copy copies[COPIES];
    struct books before, after;
    pthread_barrier_t together;
    harness_new_key(key);
    books_read(db, &before);
    assert_int_equal(pthread_barrier_init(&together, NULL, COPIES), 0);
    for (int i = 0; i < COPIES; i++) {
        copies[i].together = &together;
        harness_client(&h, i % 2, &copies[i].client);
        assert_int_equal(pthread_create(&copies[i].thread, NULL, send_copy, &copies[i]), 0);
    }
    int created = 0;
    for (int i = 0; i < COPIES; i++) {
        const struct client_answer *a = &copies[i].answer;
        (void)pthread_join(copies[i].thread, NULL);
        client_close(&copies[i].client);
        assert_true((a->status == 201 && !a->replayed) || (a->status == 200 && a->replayed));
        assert_string_equal(a->body, copies[0].answer.body);
        created += a->status == 201;
    }
    (void)pthread_barrier_destroy(&together);
    books_read(db, &after);
    assert_int_equal(created, 1);
    assert_int_equal(after.accounts, before.accounts + 1);
    assert_int_equal(after.events, before.events + 1);
    assert_int_equal(after.keys, before.keys + 1);
}

/* Each ledger-svc alone, asked through both ingress. */
static void any_instance(void **state)
{
    (void)state;
    harness_new_key(key);
    (void)transfer(&one, 2);
    expect_first(&one, 201);
    for (int away = 0; away < 2; away++) {
        assert_int_equal(program_stop(&h.ledgers[away], SIGTERM, STOP_MS), 0);
        (void)transfer(&one, 2);
        expect_replay(&one, 200);
        (void)transfer(&two, 2);
        expect_replay(&two, 200);
        program_start(&h.ledgers[away]);
        assert_true(program_wait_ready(&h.ledgers[away], HARNESS_READY_MS));
    }
}

static void restart_everything(void)
{
    db_close(db);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(program_stop(&h.ingresses[i], SIGTERM, STOP_MS), 0);
        assert_int_equal(program_stop(&h.ledgers[i], SIGTERM, STOP_MS), 0);
    }
    servers_nats_stop(&h.nats);
    servers_postgres_stop(&h.postgres, SERVERS_STOP_FAST);
    servers_postgres_start(&h.postgres);
    servers_nats_start(&h.nats);
    for (int i = 0; i < 2; i++) {
        program_start(&h.ledgers[i]);
        program_start(&h.ingresses[i]);
    }
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
    db = harness_database(&h);
}

static void over_a_restart_of_everything(void **state)
{
    (void)state;
    struct books before, after;
    harness_new_key(key);
    (void)transfer(&one, 9);
    expect_first(&one, 201);
    books_read(db, &before);
    restart_everything();
    (void)transfer(&one, 9);
    expect_replay(&one, 200);
    (void)transfer(&two, 9);
    expect_replay(&two, 200);
    books_read(db, &after);
    assert_true(books_same(&before, &after, 0));
}

static void change_key(int statement, int days)
{
    CLEANUP(db_params_free) struct db_params params = {0};
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&params, 256);
    if (statement != E2E_SQL_MAKE_KEY_PARTITION)
        db_param_text(&params, str_of(key));
    db_param_int4(&params, days);
    assert_int_equal(db_exec(db, "set session_replication_role = replica"), STATUS_OK); /* no triggers */
    assert_int_equal(db_query(db, statement, &params, &r), STATUS_OK);
    assert_int_equal(PQntuples(r), 1);
    assert_int_equal(db_exec(db, "reset session_replication_role"), STATUS_OK);
}

/* A twin looks for the row on the days before and, when it waited for the lock over midnight, on the next. */
static void over_midnight(void **state)
{
    (void)state;
    struct books before, after;
    harness_new_key(key);
    (void)transfer(&one, 4);
    expect_first(&one, 201);
    books_read(db, &before);
    static const int days[] = {-1, 2, -1, -1}; /* to yesterday, tomorrow, today, yesterday */
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        change_key(E2E_SQL_MOVE_KEY, days[i]);
        (void)transfer(&two, 4);
        expect_replay(&two, 200);
    }
    books_read(db, &after);
    assert_true(books_same(&before, &after, 0));
    change_key(E2E_SQL_MOVE_KEY, 1);
}

static void keep_keys_for(int days)
{
    for (int i = 0; i < 2; i++) {
        assert_int_equal(program_stop(&h.ledgers[i], SIGTERM, STOP_MS), 0);
        program_set(&h.ledgers[i], "PAYBUS_IDEMPOTENCY_RETENTION_HOURS", "%d", days * 24);
        program_start(&h.ledgers[i]);
    }
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
}

/* A key that is older than the retention is forgotten: the request is a new one. */
static void older_than_the_retention(void **state)
{
    (void)state;
    keep_keys_for(DAYS_KEPT);
    harness_new_key(key);
    (void)transfer(&one, 6);
    expect_first(&one, 201);
    change_key(E2E_SQL_MAKE_KEY_PARTITION, DAYS_TOO_OLD);
    change_key(E2E_SQL_MAKE_KEY_PARTITION, DAYS_KEPT);
    change_key(E2E_SQL_MOVE_KEY, -DAYS_KEPT);
    (void)transfer(&one, 6);
    expect_replay(&one, 200);
    change_key(E2E_SQL_MOVE_KEY, DAYS_KEPT - DAYS_TOO_OLD);
    char old[API_TEXT_MAX];
    memcpy(old, first, sizeof old);
    (void)transfer(&one, 6);
    expect_first(&one, 201);
    assert_string_not_equal(first, old);
    change_key(E2E_SQL_DELETE_KEY, DAYS_TOO_OLD);
}

static void open_account(const char *name, int64_t funds)
{
    char id[TYPEID_TEXT_SIZE];
    harness_open_account(&h, "EUR", id);
    if (funds > 0)
        harness_deposit(&h, id, "EUR", funds);
    cast_add(name, id);
}

static void books_are_right(void **state)
{
    (void)state;
    assert_int_equal(money_check(&h, NULL), 0);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_key_same_request),
        cmocka_unit_test(reordered_and_spaced),
        cmocka_unit_test(another_request),
        cmocka_unit_test(another_path),
        cmocka_unit_test(owners_have_their_own_keys),
        cmocka_unit_test(what_a_key_cannot_be),
        cmocka_unit_test(two_key_headers),
        cmocka_unit_test(quoted_and_bare),
        cmocka_unit_test(key_in_the_body),
        cmocka_unit_test(refusals_are_stored),
        cmocka_unit_test(malformed_requests_are_not_stored),
        cmocka_unit_test(freeze_without_a_key),
        cmocka_unit_test(copies_at_once),
        cmocka_unit_test(any_instance),
        cmocka_unit_test(over_a_restart_of_everything),
        cmocka_unit_test(over_midnight),
        cmocka_unit_test(older_than_the_retention),
        cmocka_unit_test(books_are_right),
    };
    api_open(&one, &h, 0);
    api_open(&two, &h, 1);
    db = harness_database(&h);
    open_account("alice", FUNDS);
    open_account("bob", FUNDS);
    open_account("carol", 0);
    open_account("poor", 10);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&one);
    api_close(&two);
    db_close(db);
    harness_stop(&h, failed != 0);
    return failed;
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.ledgers = 2, .ingresses = 2}, run);
}
