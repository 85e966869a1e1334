/* test_batch.c - transfers in batches: a thousand at once, each or all or none, as JSON and by lines; what is
   malformed; replays; the latency of single transfers beside them; kill -9 in the middle. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/contract/command.h"
#include "shared/core/clock.h"
#include "tests/e2e/api.h"
#include "tests/e2e/books.h"
#include "tests/e2e/raw_http.h"
#include "tests/e2e/scene.h"
#include "tests/support/process.h"

#define PATH          "/v1/transfers/batch"
#define LINES         "Content-Type: application/x-ndjson"
#define ACCOUNTS      8
#define FUNDS         1000000
#define TEXT_BYTES    ((size_t)6 << 20)
#define BODY_LIMIT    ((size_t)4 << 20)
#define SINGLES       300
#define KILLS         5
#define BEFORE_KILL   30 /* ms, at most: anywhere in a batch */
#define ENDS_MS       15000
#define METADATA_KEYS 8
#define STRANGERS     16 /* twice as many of the largest bodies as share the memory for them */
#define SETTLE_MS     500

static struct harness h;
static struct api api;
static struct db *db;
static char accounts[ACCOUNTS][TYPEID_TEXT_SIZE];

/* A body on its way: the array form or lines. */
struct draft {
    struct buf text;
    bool lines;
    int items;
};

static void draft_begin(struct draft *d, const char *mode)
{
    *d = (struct draft){.lines = mode == NULL};
    buf_init(&d->text, TEXT_BYTES);
    if (!d->lines)
        buf_addf(&d->text, "{\"mode\":\"%s\",\"transfers\":[", mode);
}

/* more: further members, with a comma before them. */
static void draft_add(struct draft *d, const char *from, const char *to, int64_t amount, const char *more)
{
    const char *separator = d->items == 0 ? "" : d->lines ? "\n" : ",";
    buf_addf(&d->text, "%s{\"from_account\":\"%s\",\"to_account\":\"%s\",\"amount\":%lld%s}", separator, from,
             to, (long long)amount, more);
    d->items++;
}

static void draft_end(struct draft *d)
{
    buf_add_str(&d->text, d->lines ? "\n" : "]}");
    assert_int_equal(buf_status(&d->text), STATUS_OK);
}

/* Between all accounts in turn, so that each appears many times. */
static void draft_round(struct draft *d, const char *mode, int items)
{
    draft_begin(d, mode);
    for (int i = 0; i < items; i++)
        draft_add(d, accounts[i % ACCOUNTS], accounts[(i * 3 + 1) % ACCOUNTS], 1, "");
    draft_end(d);
}

static int send_as(const struct draft *d, const char *key, const char *path)
{
    struct api_request r = {.path = path, .key = key, .body = d->text.data, .body_len = d->text.len};
    if (d->lines)
        r.headers[0] = LINES;
    return api_send(&api, &r);
}

static int send_new(struct draft *d, const char *path)
{
    char key[HARNESS_KEY_SIZE];
    harness_new_key(key);
    int status = send_as(d, key, path);
    buf_free(&d->text);
    return status;
}

static int64_t result_status(size_t index)
{
    const json_t *result = json_array_get(json_object_get(api.json, "results"), index);
    assert_int_equal(json_integer_value(json_object_get(result, "index")), index);
    return json_integer_value(json_object_get(result, "status"));
}

static void expect_results(size_t count, int64_t status)
{
    assert_int_equal(json_array_size(json_object_get(api.json, "results")), count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(result_status(i), status);
}

static int64_t new_transactions(const struct books *before)
{
    struct books after;
    books_read(db, &after);
    assert_int_equal(after.entries - before->entries, 2 * (after.transactions - before->transactions));
    assert_int_equal(after.events - before->events, after.transactions - before->transactions);
    return after.transactions - before->transactions;
}

static void a_thousand(void **state)
{
    const char *mode = *state;
    struct books before;
    struct draft d;
    char key[HARNESS_KEY_SIZE];
    books_read(db, &before);
    harness_new_key(key);
    draft_round(&d, mode, COMMAND_BATCH_MAX);
    assert_int_equal(send_as(&d, key, PATH), 200);
    (void)fprintf(stderr, "%s: %zu bytes answered by %zu after %lld us\n", mode, d.text.len, api.body.len,
                  (long long)api.took_us);
    expect_results(COMMAND_BATCH_MAX, 201);
    assert_null(api_header(&api, "Idempotency-Replayed"));
    assert_int_equal(new_transactions(&before), COMMAND_BATCH_MAX);
    assert_int_equal(api_int(&api, "results.999.transaction.entries.0.amount"), 1);

    struct buf first;
    buf_init(&first, TEXT_BYTES);
    buf_add(&first, api.body.data, api.body.len);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(send_as(&d, key, PATH), 200);
        assert_string_equal(api_header(&api, "Idempotency-Replayed"), "true");
        assert_int_equal(api.body.len, first.len);
        assert_memory_equal(api.body.data, first.data, first.len);
    }
    assert_int_equal(new_transactions(&before), COMMAND_BATCH_MAX);
    buf_free(&first);
    buf_free(&d.text);
    assert_int_equal(money_check(&h, NULL), 0);
}

static void by_lines(void **state)
{
    (void)state;
    struct books before;
    struct draft d;
    char key[HARNESS_KEY_SIZE];
    books_read(db, &before);
    harness_new_key(key);
    draft_round(&d, NULL, COMMAND_BATCH_MAX);
    assert_int_equal(send_as(&d, key, PATH "?mode=all_or_none"), 200);
    expect_results(COMMAND_BATCH_MAX, 201);
    assert_int_equal(send_as(&d, key, PATH "?mode=all_or_none"), 200);
    assert_string_equal(api_header(&api, "Idempotency-Replayed"), "true");
    buf_free(&d.text);
    draft_round(&d, "all_or_none", COMMAND_BATCH_MAX); /* the same in JSON is another request */
    assert_int_equal(send_as(&d, key, PATH), 409);
    api_expect_problem(&api, 409, "idempotency_key_reused", NULL);
    buf_free(&d.text);
    assert_int_equal(new_transactions(&before), COMMAND_BATCH_MAX);
}

/* From an account with 10: the third item finds nothing left, the fourth is fed by the second. */
static void draft_short_of_money(struct draft *d, const char *mode, const char *poor, const char *heir)
{
    draft_begin(d, mode);
    draft_add(d, poor, accounts[0], 7, "");
    draft_add(d, poor, heir, 3, "");
    draft_add(d, poor, accounts[0], 1, "");
    draft_add(d, heir, accounts[1], 3, "");
    draft_end(d);
}

static void an_earlier_item_counts(void **state)
{
    (void)state;
    char poor[TYPEID_TEXT_SIZE], heir[TYPEID_TEXT_SIZE];
    struct books before, after;
    struct draft d;
    harness_open_account(&h, SCENE_CURRENCY, poor);
    harness_open_account(&h, SCENE_CURRENCY, heir);
    harness_deposit(&h, poor, SCENE_CURRENCY, 10);

    books_read(db, &before);
    draft_short_of_money(&d, "all_or_none", poor, heir);
    assert_int_equal(send_new(&d, PATH), 409);
    api_expect_problem(&api, 409, "batch_refused", "/transfers/2");
    assert_int_equal(api_int(&api, "index"), 2);
    assert_string_equal(api_string(&api, "error.code"), "insufficient_funds");
    assert_int_equal(api_int(&api, "error.available"), 0);
    books_read(db, &after);
    assert_true(books_same(&before, &after, 1)); /* the refusal itself */

    draft_short_of_money(&d, "each", poor, heir);
    assert_int_equal(send_new(&d, PATH), 200);
    static const int64_t wanted[] = {201, 201, 402, 201};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(result_status(i), wanted[i]);
    assert_string_equal(api_string(&api, "results.2.error.code"), "insufficient_funds");
    assert_int_equal(harness_available(&h, poor), 0);
    assert_int_equal(harness_available(&h, heir), 0);
    assert_int_equal(new_transactions(&before), 3);
}

/* As many locks as a batch can take: 2,000 accounts that nobody has. */
static void two_thousand_accounts(void **state)
{
    (void)state;
    struct draft d;
    draft_begin(&d, "each");
    for (uint32_t i = 0; i < COMMAND_BATCH_MAX; i++) {
        struct uuid a = uuid7_make(1, 2 * i, 1), b = uuid7_make(1, 2 * i + 1, 1);
        char from[TYPEID_TEXT_SIZE], to[TYPEID_TEXT_SIZE];
        typeid_format("acct", &a, from);
        typeid_format("acct", &b, to);
        draft_add(&d, from, to, 1, "");
    }
    draft_end(&d);
    assert_int_equal(send_new(&d, PATH), 200);
    expect_results(COMMAND_BATCH_MAX, 422);
    assert_string_equal(api_string(&api, "results.999.error.code"), "account_not_found");
}

/* Each item has 4 KB of metadata. */
static void draft_heavy(struct draft *d, int items)
{
    struct buf more;
    buf_init(&more, 8192);
    buf_add_str(&more, ",\"metadata\":{");
    for (int i = 0; i < METADATA_KEYS; i++)
        buf_addf(&more, "%s\"key%d\":\"%0490d\"", i > 0 ? "," : "", i, i);
    buf_add_str(&more, "}");
    draft_begin(d, "each");
    for (int i = 0; i < items; i++)
        draft_add(d, accounts[i % ACCOUNTS], accounts[(i + 1) % ACCOUNTS], 1, more.data);
    draft_end(d);
    buf_free(&more);
}

/* The largest body there may be, nearly all of it metadata that comes back in the answer. */
static void as_large_as_may_be(void **state)
{
    (void)state;
    struct books before;
    struct draft d;
    books_read(db, &before);
    draft_heavy(&d, COMMAND_BATCH_MAX);
    assert_true(d.text.len < BODY_LIMIT && d.text.len > BODY_LIMIT * 9 / 10);
    assert_int_equal(send_new(&d, PATH), 200);
    expect_results(COMMAND_BATCH_MAX, 201);
    assert_int_equal(new_transactions(&before), COMMAND_BATCH_MAX);
    assert_true(api.body.len > BODY_LIMIT);
}

/* Who has no key announces large bodies and sends nothing: batches are served all the same. */
static void strangers_take_no_room(void **state)
{
    (void)state;
    static const char head[] = "POST " PATH " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                               "Authorization: Bearer sk_nobody_was_given_this\r\n"
                               "Content-Length: 4194304\r\n\r\n";
    int strangers[STRANGERS];
    struct draft d;
    for (int i = 0; i < STRANGERS; i++) {
        strangers[i] = raw_connect(h.ingresses[0].port);
        assert_true(raw_send(strangers[i], head, sizeof head - 1));
    }
    pause_ms(SETTLE_MS);
    draft_heavy(&d, COMMAND_BATCH_MAX / 4);
    assert_int_equal(send_new(&d, PATH), 200);
    expect_results(COMMAND_BATCH_MAX / 4, 201);
    for (int i = 0; i < STRANGERS; i++)
        close(strangers[i]);
}

static void too_large(void **state)
{
    (void)state;
    struct books before, after;
    struct draft d;
    books_read(db, &before);
    draft_round(&d, "each", COMMAND_BATCH_MAX + 1);
    assert_int_equal(send_new(&d, PATH), 422);
    api_expect_problem(&api, 422, "invalid_value", "/transfers");
    draft_round(&d, NULL, COMMAND_BATCH_MAX + 1);
    assert_int_equal(send_new(&d, PATH "?mode=each"), 422);
    api_expect_problem(&api, 422, "invalid_value", "/transfers");
    draft_round(&d, "each", 0);
    assert_int_equal(send_new(&d, PATH), 422);
    api_expect_problem(&api, 422, "invalid_value", "/transfers");
    draft_begin(&d, "each");
    while (d.text.len <= BODY_LIMIT)
        draft_add(&d, accounts[0], accounts[1], 1, "");
    draft_end(&d);
    int status = 0;
    for (int tries = 0; status == 0 && tries < 5;
         tries++) /* on a busy machine the end of the connection may win */
        status = send_as(&d, "too-large", PATH);
    assert_int_equal(status, 413);
    buf_free(&d.text);
    draft_begin(&d, "each");
    for (int i = 0; i <= COMMAND_BULK_VALUES; i++)
        buf_add_str(&d.text, i > 0 ? ",7" : "7");
    draft_end(&d);
    assert_int_equal(send_new(&d, PATH), 400);
    api_expect_problem(&api, 400, "invalid_json", NULL);
    draft_round(&d, "each", 10); /* elsewhere everything is as small as before */
    assert_int_equal(send_new(&d, "/v1/transfers"), 400);
    books_read(db, &after);
    assert_true(books_same(&before, &after, 0));
}

struct malformed {
    const char *path, *type, *body;
    int status;
    const char *code, *pointer, *detail; /* NULL: any */
};

/* Good but for the given transfer. */
#define GOOD_ITEM                                                                                            \
    "{\"from_account\":\"acct_01h455vb4pex5vsknk084sn02q\",\"to_account\":\"acct_"                           \
    "01h455vb4pex5vsknk084sn02r\","                                                                          \
    "\"amount\":1}"
#define ZERO_ITEM                                                                                            \
    "{\"from_account\":\"acct_01h455vb4pex5vsknk084sn02q\",\"to_account\":\"acct_"                           \
    "01h455vb4pex5vsknk084sn02r\","                                                                          \
    "\"amount\":0}"
#define JSON_TYPE "Content-Type: application/json"

static const struct malformed malformed_bodies[] = {
    {PATH, JSON_TYPE, "{\"mode\":\"each\",\"transfers\":[" GOOD_ITEM "," ZERO_ITEM "]}", 422,
     "amount_out_of_range", "/transfers/1/amount", NULL},
    {PATH, JSON_TYPE, "{\"mode\":\"each\",\"transfers\":[" GOOD_ITEM ",{}]}", 400, "missing_field",
     "/transfers/1/from_account", NULL},
    {PATH, JSON_TYPE, "{\"mode\":\"each\",\"transfers\":[7]}", 400, "wrong_type", "/transfers/0", NULL},
    {PATH, JSON_TYPE, "{\"mode\":\"each\",\"transfers\":[{\"amount\":1,\"amount\":1}]}", 400,
     "duplicate_field", "/transfers/0/amount", NULL},
    {PATH, JSON_TYPE, "{\"transfers\":[" GOOD_ITEM "]}", 400, "missing_field", "/mode", NULL},
    {PATH, JSON_TYPE, "{\"mode\":\"some\",\"transfers\":[" GOOD_ITEM "]}", 422, "invalid_value", "/mode",
     NULL},
    {PATH "?mode=each", JSON_TYPE, "{\"mode\":\"each\",\"transfers\":[" GOOD_ITEM "]}", 400,
     "invalid_parameter", "?mode", NULL},
    {PATH, LINES, GOOD_ITEM "\n", 400, "invalid_parameter", "?mode", NULL},
    {PATH "?mode=some", LINES, GOOD_ITEM "\n", 400, "invalid_parameter", "?mode", NULL},
    {PATH "?mode=each", LINES, GOOD_ITEM "\n" ZERO_ITEM "\n", 422, "amount_out_of_range",
     "/transfers/1/amount", "/transfers/N is line N + 1."},
    {PATH "?mode=each", LINES, GOOD_ITEM "\n\n" GOOD_ITEM, 400, "invalid_json", NULL,
     "Line 2. The body is empty."},
    {PATH "?mode=each", LINES, GOOD_ITEM "\n{\n", 400, "invalid_json", NULL, NULL},
    {PATH, "Content-Type: text/csv", GOOD_ITEM, 415, "unsupported_media_type", NULL, NULL},
};

static void malformed(void **state)
{
    (void)state;
    struct books before, after;
    books_read(db, &before);
    for (size_t i = 0; i < sizeof malformed_bodies / sizeof malformed_bodies[0]; i++) {
        const struct malformed *m = &malformed_bodies[i];
        char key[HARNESS_KEY_SIZE];
        harness_new_key(key);
        (void)api_send(
            &api, &(struct api_request){.path = m->path, .key = key, .body = m->body, .headers = {m->type}});
        api_expect_problem(&api, m->status, m->code, m->pointer);
        if (m->detail != NULL)
            assert_string_equal(api_string(&api, "detail"), m->detail);
    }
    assert_int_equal(api_post(&api, PATH, NULL, "{}"), 400);
    api_expect_problem(&api, 400, "idempotency_key_missing", NULL);
    books_read(db, &after);
    assert_true(books_same(&before, &after, 0));
}

/* Batches without pause until told to stop, between accounts of their own. */
struct stream {
    pthread_t thread;
    atomic_bool stopping;
    char from[TYPEID_TEXT_SIZE], to[TYPEID_TEXT_SIZE];
    int64_t batches, moved, failures;
};

static void *stream_main(void *context)
{
    struct stream *s = context;
    struct api own;
    struct draft d;
    api_open(&own, &h, 0);
    draft_begin(&d, "each");
    for (int i = 0; i < COMMAND_BATCH_MAX; i++)
        draft_add(&d, s->from, s->to, 1, "");
    draft_end(&d);
    while (!atomic_load(&s->stopping)) {
        char key[HARNESS_KEY_SIZE];
        harness_new_key(key);
        struct api_request r = {.path = PATH, .key = key, .body = d.text.data, .body_len = d.text.len};
        int status = api_send(&own, &r);
        for (int tries = 0; status != 200 && tries < 10; tries++) { /* as a sane client does */
            status = api_send(&own, &r);
            s->failures++;
        }
        s->batches++;
        s->moved += status == 200 ? COMMAND_BATCH_MAX : 0;
    }
    buf_free(&d.text);
    api_close(&own);
    return NULL;
}

static void stream_start(struct stream *s)
{
    *s = (struct stream){0};
    harness_open_account(&h, SCENE_CURRENCY, s->from);
    harness_open_account(&h, SCENE_CURRENCY, s->to);
    harness_deposit(&h, s->from, SCENE_CURRENCY, INT64_C(1000000000));
    assert_int_equal(pthread_create(&s->thread, NULL, stream_main, s), 0);
}

static void stream_stop(struct stream *s)
{
    atomic_store(&s->stopping, true);
    (void)pthread_join(s->thread, NULL);
    assert_int_equal(harness_available(&h, s->to), s->moved);
}

static int compare_times(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Single transfers one after the other; the time that 99 of 100 stay within. */
static int64_t singles_p99_us(const char *name)
{
    static int64_t times[SINGLES];
    for (int i = 0; i < SINGLES; i++) {
        struct transfer_request r;
        harness_new_transfer(accounts[i % ACCOUNTS], accounts[(i + 1) % ACCOUNTS], 1, NULL, &r);
        assert_int_equal(
            api_send(&api, &(struct api_request){.path = "/v1/transfers", .key = r.key, .body = r.body}),
            201);
        times[i] = api.took_us;
    }
    qsort(times, SINGLES, sizeof times[0], compare_times);
    (void)fprintf(stderr, "single transfers %s: p50 %lld us, p99 %lld us\n", name,
                  (long long)times[SINGLES / 2], (long long)times[SINGLES * 99 / 100]);
    return times[SINGLES * 99 / 100];
}

/* Singles have a worker of their own: a batch in hand or waiting is none of their business. */
static void singles_beside_batches(void **state)
{
    (void)state;
    struct stream s;
    (void)singles_p99_us("alone");
    stream_start(&s);
    int64_t start_us = clock_monotonic_us();
    int64_t p99_us = singles_p99_us("beside batches");
    int64_t elapsed_us = clock_monotonic_us() - start_us;
    stream_stop(&s);
    int64_t batch_us = elapsed_us / (s.batches > 0 ? s.batches : 1);
    (void)fprintf(stderr, "%lld batches, one in %lld us\n", (long long)s.batches, (long long)batch_us);
    assert_true(s.batches > 1 && s.failures == 0);
    assert_true(p99_us < 1000000); /* nowhere near a queue of batches */
    assert_int_equal(money_check(&h, NULL), 0);
}

/* Whatever the moment: a batch is there as a whole or not at all, and its sender learns which. */
static void killed_in_the_middle(void **state)
{
    (void)state;
    struct stream s;
    unsigned seed = (unsigned)clock_monotonic_us();
    program_keep(&h.ledgers[0], true);
    stream_start(&s);
    for (int i = 0; i < KILLS; i++) {
        int ends = program_ends(&h.ledgers[0]);
        pause_ms(rand_r(&seed) % BEFORE_KILL);
        program_signal(&h.ledgers[0], SIGKILL);
        assert_true(program_wait_ends(&h.ledgers[0], ends + 1, ENDS_MS));
        assert_true(program_wait_ready(&h.ledgers[0], HARNESS_READY_MS));
    }
    stream_stop(&s);
    assert_int_equal(s.moved, s.batches * COMMAND_BATCH_MAX);
    assert_int_equal(money_check(&h, NULL), 0);
}

static void killed_at_a_point(void **state)
{
    const char *point = *state;
    if (!PAYBUS_CRASH_POINTS)
        skip();
    struct books before;
    struct draft d;
    char key[HARNESS_KEY_SIZE];
    program_keep(&h.ledgers[0], false);
    assert_int_equal(program_stop(&h.ledgers[0], SIGTERM, ENDS_MS), 0);
    program_set(&h.ledgers[0], "PAYBUS_CRASH_POINT", "%s", point);
    program_start(&h.ledgers[0]);
    assert_true(program_wait_ready(&h.ledgers[0], HARNESS_READY_MS));
    program_set(&h.ledgers[0], "PAYBUS_CRASH_POINT", "%s", "");
    program_keep(&h.ledgers[0], true);
    int ends = program_ends(&h.ledgers[0]);
    books_read(db, &before);
    harness_new_key(key);
    draft_round(&d, "all_or_none", COMMAND_BATCH_MAX);
    assert_int_equal(send_as(&d, key, PATH), 200); /* late, but in one try */
    buf_free(&d.text);
    expect_results(COMMAND_BATCH_MAX, 201);
    assert_int_equal(program_ends(&h.ledgers[0]), ends + 1);
    assert_int_equal(new_transactions(&before), COMMAND_BATCH_MAX);
    assert_int_equal(money_check(&h, NULL), 0);
}

static int run(void)
{
    static char each[] = "each", all_or_none[] = "all_or_none";
    static char received[] = "ledger.received:1", before[] = "ledger.before_commit:1",
                after[] = "ledger.after_commit:1";
    const struct CMUnitTest tests[] = {
        {"a thousand, each", a_thousand, NULL, NULL, each},
        {"a thousand, all or none", a_thousand, NULL, NULL, all_or_none},
        cmocka_unit_test(by_lines),
        cmocka_unit_test(an_earlier_item_counts),
        cmocka_unit_test(two_thousand_accounts),
        cmocka_unit_test(as_large_as_may_be),
        cmocka_unit_test(strangers_take_no_room),
        cmocka_unit_test(too_large),
        cmocka_unit_test(malformed),
        cmocka_unit_test(singles_beside_batches),
        cmocka_unit_test(killed_in_the_middle),
        {"killed with a batch received", killed_at_a_point, NULL, NULL, received},
        {"killed before its COMMIT", killed_at_a_point, NULL, NULL, before},
        {"killed after its COMMIT", killed_at_a_point, NULL, NULL, after},
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
    return scene_main(&h, &(struct harness_options){0}, run);
}
