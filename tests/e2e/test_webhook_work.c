/* test_webhook_work.c - webhook events are worked off: funds, what nobody handles, what cannot go well, what
   goes well another time; each message twice, two instances of webhook-svc. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/e2e/inbound.h"
#include "tests/support/process.h"

#define WAIT_MS  60000
#define FUNDS    1000
#define AMOUNT   7
#define LATER    20 /* events that fail so many times at first */
#define FAILURES 2

static struct harness h;
static struct inbound in;
static char account[TYPEID_TEXT_SIZE];

static const char *fund(const char *to, int amount)
{
    static char payload[160];
    (void)snprintf(payload, sizeof payload, "{\"account\":\"%s\",\"amount\":%d,\"currency\":\"EUR\"}", to,
                   amount);
    return payload;
}

static void funds_come_in_once(void **state)
{
    (void)state;
    size_t first = inbound_add(&in, "fund-", FUNDS, "demo.fund", fund(account, AMOUNT));
    inbound_publish(&in, first, FUNDS, 2);
    assert_true(inbound_wait(&in, WAIT_MS));
    assert_int_equal(inbound_count(&in).states[INBOUND_PROCESSED], FUNDS);
    assert_int_equal(inbound_effects(&in), FUNDS);
    assert_int_equal(harness_available(&h, account), FUNDS * AMOUNT);
    assert_int_equal(inbound_find(&in, first).attempts, 1);
}

static void unknown_types_are_kept(void **state)
{
    (void)state;
    int64_t effects = inbound_effects(&in);
    size_t first = inbound_add(&in, "other-", 1, "charge.settled", "{\"anything\":true}");
    inbound_publish(&in, first, 1, 1);
    assert_true(inbound_wait(&in, WAIT_MS));
    assert_string_equal(inbound_find(&in, first).state, "processed");
    assert_int_equal(inbound_effects(&in), effects);
}

/* J25: what came about later comes first. No handler is told of an order, so none may need one. */
static void order_decides_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *prefix, *type;
        int amount; /* 0: none, nobody handles it */
    } arrival[] = {
        {"captured-", "payment.captured", 0},
        {"authorized-", "payment.authorized", 0},
        {"second-", "demo.fund", 3},
        {"first-", "demo.fund", 2},
    };
    int64_t effects = inbound_effects(&in), before = harness_available(&h, account);
    for (size_t i = 0; i < sizeof arrival / sizeof arrival[0]; i++) {
        size_t at =
            inbound_add(&in, arrival[i].prefix, 1, arrival[i].type,
                        arrival[i].amount > 0 ? fund(account, arrival[i].amount) : "{\"payment\":\"p_1\"}");
        inbound_publish(&in, at, 1, 2);
        assert_true(inbound_wait(&in, WAIT_MS));
        assert_string_equal(inbound_find(&in, at).state, "processed");
    }
    assert_int_equal(inbound_effects(&in), effects + 2);
    assert_int_equal(harness_available(&h, account), before + 2 + 3);
}

/* A bank's signature makes no money. */
static void who_may_not_send_it_has_no_effect(void **state)
{
    (void)state;
    int64_t effects = inbound_effects(&in), processed = inbound_count(&in).states[INBOUND_PROCESSED];
    char sql[1024];
    (void)snprintf(sql, sizeof sql,
                   "with e as (insert into paybus.webhook_events (id, provider, event_id, event_type, "
                   "fingerprint, payload, created_at) select gen_random_uuid(), 'bank', 'of-a-bank', "
                   "'demo.fund', '\\x00', '%s', now() returning id) "
                   "insert into paybus.work (id, kind, object_id, enqueued_at, updated_at, created_at) "
                   "select gen_random_uuid(), 'webhook', e.id, now(), now(), now() from e",
                   fund(account, AMOUNT));
    assert_int_equal(db_exec(in.db, sql), STATUS_OK); /* ledger-svc relays it */
    assert_true(inbound_wait(&in, WAIT_MS));
    assert_int_equal(inbound_count(&in).states[INBOUND_PROCESSED], processed + 1);
    assert_int_equal(inbound_effects(&in), effects);
}

static void what_cannot_go_well_is_dead_at_once(void **state)
{
    (void)state;
    static const struct {
        const char *payload, *error;
    } cases[] = {
        {"{\"account\":\"acct_01h455vb4pex5vsknk084sn02q\",\"amount\":1,\"currency\":\"EUR\"}",
         "422 account_not_found: "},
        {"{\"account\":\"acct_01h455vb4pex5vsknk084sn02q\",\"amount\":0,\"currency\":\"EUR\"}",
         "amount_out_of_range: payload/amount "},
        {"{\"account\":\"acct_01h455vb4pex5vsknk084sn02q\",\"amount\":1}",
         "missing_field: payload/currency "},
        {"{\"account\":7,\"amount\":1,\"currency\":\"EUR\"}", "wrong_type: payload/account "},
        {"{\"account\":\"acct_01h455vb4pex5vsknk084sn02q\",\"amount\":1,\"currency\":\"EUR\",\"more\":1}",
         "unknown_field: payload/more "},
        {"[]", "invalid_json: payload "},
    };
    size_t count = sizeof cases / sizeof cases[0], first = in.count;
    for (size_t i = 0; i < count; i++) {
        char prefix[16];
        (void)snprintf(prefix, sizeof prefix, "bad%d-", (int)i);
        (void)inbound_add(&in, prefix, 1, "demo.fund", cases[i].payload);
    }
    inbound_publish(&in, first, count, 1);
    assert_true(inbound_wait(&in, WAIT_MS));
    for (size_t i = 0; i < count; i++) {
        struct inbound_work w = inbound_find(&in, first + i);
        assert_string_equal(w.state, "dead");
        assert_int_equal(w.attempts, 1);
        assert_memory_equal(w.error, cases[i].error, strlen(cases[i].error));
    }
    struct inbound_dead dead = inbound_dead(&in);
    assert_int_equal(dead.open, count);
    assert_int_equal(dead.of_dead_work, count);
}

static bool dead_letters_are_published(void *context)
{
    (void)context;
    return inbound_dead(&in).published == inbound_dead(&in).open;
}

static void dead_letters_are_in_the_stream(void **state)
{
    (void)state;
    assert_true(eventually(dead_letters_are_published, NULL, WAIT_MS));
    assert_int_equal(inbound_stream_messages(&in, "PAY_DLQ"), inbound_dead(&in).open);
}

static bool work_is_gone(void *context)
{
    (void)context;
    return inbound_stream_messages(&in, "PAY_WORK") == 0;
}

static void transient_failures_go_by(void **state)
{
    (void)state;
    int64_t effects = inbound_effects(&in);
    inbound_fail(&in, "later-", LATER, FAILURES);
    size_t first = inbound_add(&in, "later-", LATER, "demo.fund", fund(account, AMOUNT));
    inbound_publish(&in, first, LATER, 1);
    assert_true(inbound_wait(&in, WAIT_MS));
    for (size_t i = 0; i < LATER; i++) {
        struct inbound_work w = inbound_find(&in, first + i);
        assert_string_equal(w.state, "processed");
        assert_int_equal(w.attempts, 1 + FAILURES);
    }
    assert_int_equal(inbound_effects(&in), effects + LATER);
}

static void nothing_stays_in_the_stream(void **state)
{
    (void)state;
    assert_true(eventually(work_is_gone, NULL, WAIT_MS));
}

/* By both of them together. */
static int64_t counted(const char *series)
{
    int64_t sum = 0;
    for (int i = 0; i < h.webhook_count; i++)
        sum += program_metric(&h.webhooks[i], series);
    return sum;
}

static bool letters_are_measured(void *context)
{
    (void)context;
    return program_metric(&h.webhooks[0], "paybus_dead_letters") == inbound_dead(&in).open &&
           program_metric(&h.webhooks[0], "paybus_dead_letters_oldest_timestamp_seconds") > 0;
}

/* Each event once, however often and to whom its message came, and each attempt that failed. */
static void everything_is_counted(void **state)
{
    (void)state;
    struct inbound_counts c = inbound_count(&in);
    assert_int_equal(counted("paybus_work_processed_total{kind=\"webhook\"}") +
                         counted("paybus_work_ignored_total{kind=\"webhook\"}"),
                     c.states[INBOUND_PROCESSED]);
    assert_int_equal(counted("paybus_work_processed_total{kind=\"webhook\"}"), inbound_effects(&in));
    assert_int_equal(counted("paybus_work_dead_total{kind=\"webhook\"}"), c.states[INBOUND_DEAD]);
    assert_int_equal(counted("paybus_work_failed_total{kind=\"webhook\"}"), LATER * FAILURES);
    assert_true(eventually(letters_are_measured, NULL, WAIT_MS));
}

static void every_permission_was_there(void **state)
{
    (void)state;
    for (int i = 0; i < h.webhook_count; i++)
        assert_false(program_logged(&h.webhooks[i], "Permissions Violation"));
    assert_false(program_logged(&h.webhooks[0], "\"event\":\"database_call_failed\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(funds_come_in_once),
        cmocka_unit_test(unknown_types_are_kept),
        cmocka_unit_test(order_decides_nothing),
        cmocka_unit_test(who_may_not_send_it_has_no_effect),
        cmocka_unit_test(what_cannot_go_well_is_dead_at_once),
        cmocka_unit_test(dead_letters_are_in_the_stream),
        cmocka_unit_test(transient_failures_go_by),
        cmocka_unit_test(nothing_stays_in_the_stream),
        cmocka_unit_test(everything_is_counted),
        cmocka_unit_test(every_permission_was_there),
    };
    harness_start(&h, &(struct harness_options){.webhooks = 2, .lease_seconds = 2});
    inbound_open(&in, &h);
    harness_open_account(&h, "EUR", account);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    inbound_close(&in);
    harness_stop(&h, failed != 0);
    return failed;
}
