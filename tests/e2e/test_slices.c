/* test_slices.c - batches in mode each, worked off slice by slice, of ten here: killed between slices,
   repeated, copied, poisoned, out of time, over midnight; what gets in between. In the end it is as if
   nothing had happened. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "e2e_statements.h"
#include "ledger-svc/domain/command.h"
#include "shared/contract/command.h"
#include "shared/core/clock.h"
#include "tests/e2e/api.h"
#include "tests/e2e/books.h"
#include "tests/e2e/scene.h"
#include "tests/support/process.h"

#define PATH       "/v1/transfers/batch"
#define ACCOUNTS   8
#define FUNDS      1000000
#define SLICE      10
#define ITEMS      35
#define SLICES     4
#define POISONED   23 /* an item of the third slice */
#define TEXT_BYTES ((size_t)4 << 20)
#define ENDS_MS    15000
#define LOOK_MS    5
#define WAIT_MS    10000
#define COPIES     6
#define ROUNDS     5
#define DAYS_AHEAD 3 /* as much out of sight as days long gone, and there are partitions */

static struct harness h;
static struct api api;
static struct db *db;
static char accounts[ACCOUNTS][TYPEID_TEXT_SIZE];

/* A batch and what it was answered with. */
struct sent {
    char key[HARNESS_KEY_SIZE];
    struct buf body, told;
    struct books before;
};

static void add_items(struct buf *body, int items, int poisoned)
{
    for (int i = 0; i < items; i++)
        buf_addf(body,
                 "%s{\"from_account\":\"%s\",\"to_account\":\"%s\",\"amount\":%d,\"description\":\"%s\"}",
                 i > 0 ? "," : "", accounts[i % ACCOUNTS], accounts[(i * 3 + 1) % ACCOUNTS],
                 i % SLICE == 7 ? 2 * FUNDS : 1, i == poisoned ? "poison" : "good");
}

/* Every tenth is refused, for want of money. poisoned: the number of an item, or -1. */
static void draft(struct sent *s, int items, int poisoned)
{
    *s = (struct sent){0};
    harness_new_key(s->key);
    buf_init(&s->body, TEXT_BYTES);
    buf_init(&s->told, TEXT_BYTES);
    buf_add_str(&s->body, "{\"mode\":\"each\",\"transfers\":[");
    add_items(&s->body, items, poisoned);
    buf_add_str(&s->body, "]}");
    assert_int_equal(buf_status(&s->body), STATUS_OK);
    books_read(db, &s->before);
}

static void drop(struct sent *s)
{
    buf_free(&s->body);
    buf_free(&s->told);
}

static int send_by(struct api *by, const struct sent *s)
{
    return api_send(by, &(struct api_request){
                            .path = PATH, .key = s->key, .body = s->body.data, .body_len = s->body.len});
}

static int64_t new_transactions(const struct sent *s)
{
    struct books after;
    books_read(db, &after);
    assert_int_equal(after.entries - s->before.entries, 2 * (after.transactions - s->before.transactions));
    assert_int_equal(after.events - s->before.events, after.transactions - s->before.transactions);
    return after.transactions - s->before.transactions;
}

static int64_t stored_slices(const char *key)
{
    CLEANUP(db_params_free) struct db_params params = {0};
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&params, 256);
    db_param_text(&params, str_of(key));
    assert_int_equal(db_query(db, E2E_SQL_COUNT_SLICES, &params, &r), STATUS_OK);
    return db_get_int(r, 0, 0);
}

static bool wait_for_slices(const char *key, int64_t wanted)
{
    int64_t end_ms = clock_monotonic_ms() + WAIT_MS;
    while (stored_slices(key) < wanted && clock_monotonic_ms() < end_ms)
        pause_ms(LOOK_MS);
    return stored_slices(key) >= wanted;
}

static int accepted(int items)
{
    int refused = 0;
    for (int i = 0; i < items; i++)
        refused += i % SLICE == 7;
    return items - refused;
}

/* The last answer is the whole batch's: every item in its place, ids in their order, each once. Keeps it. */
static void expect_whole(struct sent *s, int items)
{
    const json_t *results = json_object_get(api.json, "results");
    const char *last = "";
    assert_int_equal(json_object_size(api.json), 1);
    assert_int_equal(json_array_size(results), items);
    for (int i = 0; i < items; i++) {
        const json_t *result = json_array_get(results, (size_t)i);
        const char *id = json_string_value(json_object_get(json_object_get(result, "transaction"), "id"));
        assert_int_equal(json_integer_value(json_object_get(result, "index")), i);
        assert_int_equal(json_integer_value(json_object_get(result, "status")), i % SLICE == 7 ? 402 : 201);
        assert_int_equal(id == NULL, i % SLICE == 7);
        assert_true(id == NULL || strcmp(last, id) < 0);
        last = id == NULL ? last : id;
    }
    assert_int_equal(new_transactions(s), accepted(items));
    buf_reset(&s->told);
    buf_add(&s->told, api.body.data, api.body.len);
}

/* The same bytes from everybody, and nothing new. */
static void expect_replays(struct sent *s)
{
    struct books before, after;
    books_read(db, &before);
    for (int i = 0; i < 4; i++) {
        struct api other;
        api_open(&other, &h, i % 2);
        assert_int_equal(send_by(&other, s), 200);
        assert_string_equal(api_header(&other, "Idempotency-Replayed"), "true");
        assert_int_equal(other.body.len, s->told.len);
        assert_memory_equal(other.body.data, s->told.data, s->told.len);
        api_close(&other);
    }
    books_read(db, &after);
    assert_true(books_same(&before, &after, 0));
}

static void all_slices(void **state)
{
    (void)state;
    struct sent s;
    draft(&s, ITEMS, -1);
    assert_int_equal(send_by(&api, &s), 200);
    assert_null(api_header(&api, "Idempotency-Replayed"));
    expect_whole(&s, ITEMS);
    assert_int_equal(stored_slices(s.key), SLICES);
    expect_replays(&s);
    drop(&s);
}

/* Only the first ledger-svc runs, with a crash point; it does not come back by itself unless it is kept. */
static void arm(const char *point, bool kept)
{
    for (int i = 0; i < 2; i++) {
        program_keep(&h.ledgers[i], false);
        (void)program_stop(&h.ledgers[i], SIGTERM, ENDS_MS);
    }
    program_set(&h.ledgers[0], "PAYBUS_CRASH_POINT", "%s", point);
    program_start(&h.ledgers[0]);
    assert_true(program_wait_ready(&h.ledgers[0], HARNESS_READY_MS));
    program_set(&h.ledgers[0], "PAYBUS_CRASH_POINT", "%s", "");
    program_keep(&h.ledgers[0], kept);
}

static void start_all(void)
{
    struct program *all[] = {&h.ledgers[0], &h.ledgers[1], &h.ingresses[0], &h.ingresses[1]};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        program_keep(all[i], true);
        program_look(all[i]);
    }
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
}

struct kill {
    const char *name, *point;
    int stored; /* slices, then */
};

/* ingress sends the message again, and who comes back finishes the rest: the client only waits. */
static void killed_between(void **state)
{
    const struct kill *k = *state;
    struct sent s;
    if (!PAYBUS_CRASH_POINTS)
        skip();
    arm(k->point, true);
    int ends = program_ends(&h.ledgers[0]);
    draft(&s, ITEMS, -1);
    assert_int_equal(send_by(&api, &s), 200);
    assert_int_equal(program_ends(&h.ledgers[0]), ends + 1);
    assert_null(api_header(&api, "Idempotency-Replayed")); /* its own message */
    expect_whole(&s, ITEMS);
    start_all();
    expect_replays(&s);
    drop(&s);
}

/* A batch under way in a thread of its own. */
struct errand {
    pthread_t thread;
    struct api api;
    const struct sent *sent;
    atomic_bool is_done;
};

static void *errand_main(void *context)
{
    struct errand *e = context;
    (void)send_by(&e->api, e->sent);
    atomic_store(&e->is_done, true);
    return NULL;
}

static void errand_start(struct errand *e, const struct sent *s, int ingress)
{
    *e = (struct errand){.sent = s};
    api_open(&e->api, &h, ingress);
    assert_int_equal(pthread_create(&e->thread, NULL, errand_main, e), 0);
}

static void errand_end(struct errand *e)
{
    (void)pthread_join(e->thread, NULL);
}

/* Leaves a batch of which only some slices are stored, and its client without an answer; then everything runs
 * again. */
static void interrupt(struct sent *s, const char *point, int stored)
{
    struct errand e;
    arm(point, false);
    int ends = program_ends(&h.ledgers[0]);
    draft(s, ITEMS, -1);
    errand_start(&e, s, 0);
    assert_true(program_wait_ends(&h.ledgers[0], ends + 1, ENDS_MS));
    for (int i = 0; i < 2; i++) {
        program_keep(&h.ingresses[i], false);
        assert_int_not_equal(program_stop(&h.ingresses[i], SIGKILL, ENDS_MS), PROGRAM_STILL_RUNS);
    }
    errand_end(&e);
    assert_int_equal(e.api.status, 0);
    api_close(&e.api);
    assert_int_equal(stored_slices(s->key), stored);
    db_close(db);
    servers_postgres_stop(&h.postgres, SERVERS_STOP_IMMEDIATE);
    servers_postgres_start(&h.postgres);
    servers_nats_kill(&h.nats);
    servers_nats_start(&h.nats);
    start_all();
    db = harness_database(&h);
}

/* The client tries again with the same key; that is another command. */
static void everything_was_killed(void **state)
{
    const struct kill *k = *state;
    struct sent s;
    if (!PAYBUS_CRASH_POINTS)
        skip();
    interrupt(&s, k->point, k->stored);
    assert_int_equal(send_by(&api, &s), 200);
    assert_int_equal(api_header(&api, "Idempotency-Replayed") != NULL, k->stored == SLICES);
    expect_whole(&s, ITEMS);
    assert_int_equal(stored_slices(s.key), SLICES);
    expect_replays(&s);
    drop(&s);
}

/* A part of a batch keeps its key from everything else. */
static void another_body(void **state)
{
    (void)state;
    struct sent s, other;
    if (!PAYBUS_CRASH_POINTS)
        skip();
    interrupt(&s, "ledger.after_commit:2", 2);
    draft(&other, ITEMS + 1, -1);
    memcpy(other.key, s.key, sizeof other.key);
    assert_int_equal(send_by(&api, &other), 409);
    api_expect_problem(&api, 409, "idempotency_key_reused", NULL);
    (void)api_post(&api, "/v1/transfers", s.key, "{'from_account':'%s','to_account':'%s','amount':1}",
                   accounts[0], accounts[1]);
    api_expect_problem(&api, 409, "idempotency_key_reused", NULL);
    assert_int_equal(new_transactions(&other), 0);
    assert_int_equal(stored_slices(s.key), 2);
    assert_int_equal(send_by(&api, &s), 200);
    expect_whole(&s, ITEMS);
    expect_replays(&s);
    assert_int_equal(send_by(&api, &other), 409);
    drop(&s);
    drop(&other);
}

/* On two ledger-svc, by two ingress: each slice is made by one of them, all are told the same. */
static void copies_at_once(void **state)
{
    (void)state;
    static struct errand copies[COPIES];
    for (int round = 0; round < ROUNDS; round++) {
        struct sent s;
        int first = 0;
        draft(&s, ITEMS, -1);
        for (int i = 0; i < COPIES; i++)
            errand_start(&copies[i], &s, i % 2);
        for (int i = 0; i < COPIES; i++)
            errand_end(&copies[i]);
        for (int i = 0; i < COPIES; i++) {
            assert_int_equal(copies[i].api.status, 200);
            first += api_header(&copies[i].api, "Idempotency-Replayed") == NULL;
            assert_string_equal(copies[i].api.body.data, copies[0].api.body.data);
        }
        for (int i = 0; i < COPIES; i++)
            api_close(&copies[i].api);
        assert_int_equal(first, 1);
        assert_int_equal(send_by(&api, &s), 200);
        expect_whole(&s, ITEMS);
        assert_int_equal(stored_slices(s.key), SLICES);
        drop(&s);
    }
}

/* What comes before the slice that cannot be stored is done and stays; others in its round notice nothing. */
static void poisoned(void **state)
{
    (void)state;
    static const int make[] = {E2E_SQL_CREATE_POISON_FUNCTION, E2E_SQL_CREATE_POISON_TRIGGER};
    static const int end[] = {E2E_SQL_DELETE_POISON_TRIGGER};
    static struct errand good[COPIES];
    static struct sent goods[COPIES];
    struct sent bad;
    harness_do(&h, make, 2);
    for (int i = 0; i < COPIES; i++) {
        draft(&goods[i], SLICE / 2, -1);
        errand_start(&good[i], &goods[i], i % 2);
    }
    draft(&bad, ITEMS, POISONED);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(send_by(&api, &bad), 504);
        api_expect_problem(&api, 504, "batch_unfinished", NULL);
        assert_int_equal(stored_slices(bad.key), POISONED / SLICE);
    }
    for (int i = 0; i < COPIES; i++) {
        errand_end(&good[i]);
        assert_int_equal(good[i].api.status, 200);
        api_close(&good[i].api);
        drop(&goods[i]);
    }
    books_read(db, &bad.before);
    bad.before.transactions -= accepted(POISONED / SLICE * SLICE);
    bad.before.events -= accepted(POISONED / SLICE * SLICE);
    bad.before.entries -= 2 * accepted(POISONED / SLICE * SLICE);
    harness_do(&h, end, 1);
    assert_int_equal(send_by(&api, &bad), 200);
    expect_whole(&bad, ITEMS);
    expect_replays(&bad);
    drop(&bad);
}

/* Somebody else has an account: its row, as an operator's session would, or all that ledger-svc locks of it.
 */
static struct db *lock_account(const char *account, bool only_row)
{
    CLEANUP(db_params_free) struct db_params params = {0};
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    struct db *blocker = harness_database(&h);
    struct uuid id;
    assert_int_equal(typeid_parse("acct", str_of(account), &id), STATUS_OK);
    db_params_init(&params, 256);
    if (only_row)
        db_param_uuid(&params, &id);
    else
        db_param_int8(&params, lock_number(LOCK_ACCOUNT, &id));
    assert_int_equal(db_exec(blocker, "begin"), STATUS_OK);
    int statement = only_row ? E2E_SQL_LOCK_ACCOUNT : E2E_SQL_TAKE_ADVISORY_LOCK;
    assert_int_equal(db_query(blocker, statement, &params, &r), STATUS_OK);
    assert_int_equal(PQntuples(r), 1);
    return blocker;
}

/* Somebody keeps an account of the third slice, a row until ledger-svc has noticed or the whole for longer
   than the client waits: the client is not told that nothing was done, and its next try makes the rest. */
static void kept_from_an_account(void **state)
{
    const bool *only_row = *state;
    struct sent s;
    char last[TYPEID_TEXT_SIZE];
    harness_open_account(&h, SCENE_CURRENCY, last);
    draft(&s, 2 * SLICE, -1);
    s.body.len -= strlen("]}");
    buf_addf(&s.body, ",{\"from_account\":\"%s\",\"to_account\":\"%s\",\"amount\":1}]}", accounts[0], last);
    struct db *blocker = lock_account(last, *only_row);
    assert_int_equal(send_by(&api, &s), 504);
    assert_int_equal(stored_slices(s.key), 2);
    db_close(blocker);
    assert_int_equal(send_by(&api, &s), 200);
    expect_whole(&s, 2 * SLICE + 1);
    expect_replays(&s);
    drop(&s);
}

/* The stored answers of the key that are not among its newest, or those of that many days ahead. */
static void change_slices(int statement, const char *key, int number, int changed)
{
    CLEANUP(db_params_free) struct db_params params = {0};
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&params, 256);
    db_param_text(&params, str_of(key));
    db_param_int4(&params, number);
    assert_int_equal(db_exec(db, "set session_replication_role = replica"), STATUS_OK); /* no triggers */
    assert_int_equal(db_query(db, statement, &params, &r), STATUS_OK);
    assert_int_equal(PQntuples(r), changed);
    assert_int_equal(db_exec(db, "reset session_replication_role"), STATUS_OK);
}

/* Two slices before midnight, one after it and then a crash; the rest is made after it, and all of it is
 * found. */
static void over_midnight(void **state)
{
    (void)state;
    struct sent s;
    if (!PAYBUS_CRASH_POINTS)
        skip();
    interrupt(&s, "ledger.after_commit:3", 3);
    change_slices(E2E_SQL_AGE_SLICES, s.key, 1, 2);
    assert_int_equal(send_by(&api, &s), 200);
    expect_whole(&s, ITEMS);
    assert_int_equal(stored_slices(s.key), SLICES);
    expect_replays(&s);
    drop(&s);
}

/* When the day of the first slices is forgotten and that of the others is not, the key is a new one: nothing
   of its first use is mixed into its second. */
static void after_its_time(void **state)
{
    (void)state;
    struct sent s;
    draft(&s, ITEMS, -1);
    assert_int_equal(send_by(&api, &s), 200);
    expect_whole(&s, ITEMS);
    change_slices(E2E_SQL_AGE_SLICES, s.key, 0, SLICES);
    expect_replays(&s);
    change_slices(E2E_SQL_FORGET_SLICES, s.key, DAYS_AHEAD, 2);
    books_read(db, &s.before);
    assert_int_equal(send_by(&api, &s), 200);
    assert_null(api_header(&api, "Idempotency-Replayed"));
    expect_whole(&s, ITEMS);
    assert_int_equal(stored_slices(s.key), 2 * SLICES);
    expect_replays(&s);
    change_slices(E2E_SQL_DELETE_SLICES, s.key, DAYS_AHEAD, 2);
    drop(&s);
}

/* A large batch is under way: a single transfer of its accounts and a small batch are done long before it
 * ends. */
static void others_get_in_between(void **state)
{
    (void)state;
    struct sent large, small;
    struct errand e;
    struct transfer_request single;
    arm("", false);
    draft(&large, COMMAND_BATCH_MAX, -1);
    draft(&small, 1, -1);
    harness_new_transfer(accounts[0], accounts[1], 1, NULL, &single);
    errand_start(&e, &large, 1);
    assert_true(wait_for_slices(large.key, 1));
    assert_int_equal(
        api_send(&api,
                 &(struct api_request){.path = "/v1/transfers", .key = single.key, .body = single.body}),
        201);
    assert_int_equal(send_by(&api, &small), 200);
    int64_t done = stored_slices(large.key);
    (void)fprintf(stderr, "after %lld of %d slices\n", (long long)done, COMMAND_BATCH_MAX / SLICE);
    assert_true(done < COMMAND_BATCH_MAX / SLICE);
    errand_end(&e);
    assert_int_equal(e.api.status, 200);
    api_close(&e.api);
    start_all();
    drop(&large);
    drop(&small);
}

static void books_are_right(void **state)
{
    (void)state;
    assert_int_equal(money_check(&h, NULL), 0);
}

static int run(void)
{
    static struct kill after_first = {"after the first", "ledger.after_commit:1", 1};
    static struct kill after_third = {"after the third", "ledger.after_commit:3", 3};
    static struct kill before_last = {"before the last", "ledger.before_commit:4", 3};
    static struct kill after_last = {"after the last", "ledger.after_commit:4", 4};
    static bool its_row = true, all_of_it = false;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_slices),
        {"ledger-svc killed after the first slice", killed_between, NULL, NULL, &after_first},
        {"ledger-svc killed before the last slice's COMMIT", killed_between, NULL, NULL, &before_last},
        {"everything killed after the first slice", everything_was_killed, NULL, NULL, &after_first},
        {"everything killed after the third slice", everything_was_killed, NULL, NULL, &after_third},
        {"everything killed before the last COMMIT", everything_was_killed, NULL, NULL, &before_last},
        {"everything killed after the last COMMIT", everything_was_killed, NULL, NULL, &after_last},
        cmocka_unit_test(another_body),
        cmocka_unit_test(copies_at_once),
        cmocka_unit_test(poisoned),
        {"its row is locked", kept_from_an_account, NULL, NULL, &its_row},
        {"out of time", kept_from_an_account, NULL, NULL, &all_of_it},
        cmocka_unit_test(over_midnight),
        cmocka_unit_test(after_its_time),
        cmocka_unit_test(others_get_in_between),
        cmocka_unit_test(books_are_right),
    };
    api_open(&api, &h, 0);
    db = harness_database(&h);
    harness_open_funded(&h, SCENE_CURRENCY, FUNDS, ACCOUNTS, accounts);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&api);
    db_close(db);
    return failed;
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.ledgers = 2, .ingresses = 2, .slice_transfers = SLICE},
                      run);
}
