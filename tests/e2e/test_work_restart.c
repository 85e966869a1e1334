/* test_work_restart.c - webhook-svc ends in good order: what it has fetched goes to others soon, and a replay
   by hand that it could not begin is not lost. Started again without demonstrations it makes none, and
   without PAY_WORK it is not ready. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "shared/core/clock.h"
#include "tests/e2e/inbound.h"
#include "tests/support/jetstream.h"
#include "tests/support/process.h"

#define WAIT_MS     60000
#define STOP_MS     15000
#define ACK_WAIT_MS 30000 /* the lease by default */
#define UNREADY_MS  3000
#define MANY        6000
#define IN_FLIGHT   8

static struct harness h;
static struct inbound in;
static char account[TYPEID_TEXT_SIZE];

static void run_sql(struct db *db, const char *sql)
{
    if (db_exec(db, sql) != STATUS_OK)
        servers_fail("%s: %s", sql, db_error(db));
}

static bool is_delivered(void *context)
{
    (void)context;
    jsConsumerInfo *info = NULL;
    jsCtx *js = NULL;
    bool delivered = jetstream_open(&js, in.ops) == NATS_OK &&
                     js_GetConsumerInfo(&info, js, "PAY_WORK", "webhook", NULL, NULL) == NATS_OK &&
                     info->NumAckPending > 0;
    jsConsumerInfo_Destroy(info);
    jsCtx_Destroy(js);
    return delivered;
}

static bool is_replayed(void *index)
{
    return inbound_find(&in, *(size_t *)index).generation == 2;
}

/* The worker that gets its message first cannot begin, and ends. */
static void a_replay_by_hand_is_not_lost(void **state)
{
    (void)state;
    size_t index = inbound_add(&in, "replay-", 1, "demo.fund", "{\"bad\":1}");
    inbound_publish(&in, index, 1, 1);
    assert_true(inbound_wait(&in, WAIT_MS));
    assert_string_equal(inbound_find(&in, index).state, "dead");
    struct db *db = harness_database(&h);
    run_sql(db, "begin");
    run_sql(db, "lock table paybus.work in exclusive mode");
    inbound_publish_by_hand(&in, index);
    assert_true(eventually(is_delivered, NULL, WAIT_MS));
    (void)program_stop(&h.webhooks[0], SIGTERM, STOP_MS);
    run_sql(db, "commit");
    db_close(db);
    program_start(&h.webhooks[0]);
    assert_true(eventually(is_replayed, &index, WAIT_MS));
    assert_true(inbound_wait(&in, WAIT_MS));
}

static bool some_are_processed(void *context)
{
    (void)context;
    return inbound_count(&in).states[INBOUND_PROCESSED] >= MANY / 10;
}

static void nothing_waits_for_its_lease(void **state)
{
    (void)state;
    char payload[160];
    (void)snprintf(payload, sizeof payload, "{\"account\":\"%s\",\"amount\":7,\"currency\":\"EUR\"}",
                   account);
    size_t first = inbound_add(&in, "restart-", MANY, "demo.fund", payload);
    inbound_publish(&in, first, MANY, 1);
    assert_true(eventually(some_are_processed, NULL, WAIT_MS));
    int64_t before_ms = clock_monotonic_ms();
    (void)program_stop(&h.webhooks[0], SIGTERM, STOP_MS);
    assert_int_not_equal(inbound_count(&in).states[INBOUND_PROCESSED], MANY);
    program_start(&h.webhooks[0]);
    assert_true(inbound_wait(&in, WAIT_MS));
    assert_true(clock_monotonic_ms() - before_ms < ACK_WAIT_MS);
    assert_int_equal(inbound_effects(&in), MANY);
}

/* While ledger-svc stands still it waits for so many answers, and for none more when the first ones are given
 * up. */
static void no_more_in_hand_than_there_may_be(void **state)
{
    (void)state;
    char payload[160];
    int64_t most = 0, until_ms = clock_monotonic_ms() + WAIT_MS;
    (void)snprintf(payload, sizeof payload, "{\"account\":\"%s\",\"amount\":7,\"currency\":\"EUR\"}",
                   account);
    (void)program_stop(&h.webhooks[0], SIGTERM, STOP_MS);
    program_set(&h.webhooks[0], "PAYBUS_WEBHOOK_IN_FLIGHT", "%d", IN_FLIGHT);
    program_signal(&h.ledgers[0], SIGSTOP);
    size_t first = inbound_add(&in, "bounded-", 10 * IN_FLIGHT, "demo.fund", payload);
    inbound_publish(&in, first, 10 * IN_FLIGHT, 1);
    program_start(&h.webhooks[0]);
    while (inbound_count(&in).states[INBOUND_FAILED] == 0 && clock_monotonic_ms() < until_ms) {
        int64_t now = inbound_count(&in).states[INBOUND_PROCESSING];
        most = now > most ? now : most;
        pause_ms(5);
    }
    program_signal(&h.ledgers[0], SIGCONT);
    assert_int_equal(most, IN_FLIGHT);
    assert_true(inbound_wait(&in, WAIT_MS));
    (void)program_stop(&h.webhooks[0], SIGTERM, STOP_MS);
    program_set(&h.webhooks[0], "PAYBUS_WEBHOOK_IN_FLIGHT", "%s", "");
    program_start(&h.webhooks[0]);
}

/* Money of nothing, and failures that a demonstration has left behind. */
static void demonstrations_are_no_more(void **state)
{
    (void)state;
    int64_t effects = inbound_effects(&in);
    (void)program_stop(&h.webhooks[0], SIGTERM, STOP_MS);
    program_set(&h.webhooks[0], "PAYBUS_DEMO", "0");
    program_start(&h.webhooks[0]);
    char payload[160];
    (void)snprintf(payload, sizeof payload, "{\"account\":\"%s\",\"amount\":7,\"currency\":\"EUR\"}",
                   account);
    inbound_fail(&in, "no-demo-", 1, -1);
    size_t index = inbound_add(&in, "no-demo-", 1, "demo.fund", payload);
    inbound_publish(&in, index, 1, 1);
    assert_true(inbound_wait(&in, WAIT_MS));
    assert_string_equal(inbound_find(&in, index).state, "processed");
    assert_int_equal(inbound_effects(&in), effects);
}

static void not_ready_without_its_stream(void **state)
{
    (void)state;
    (void)program_stop(&h.webhooks[0], SIGTERM, STOP_MS);
    (void)program_stop(&h.ledgers[0], SIGTERM, STOP_MS);
    servers_nats_stop(&h.nats);
    servers_nats_wipe(&h.nats);
    servers_nats_start(&h.nats);
    program_start(&h.webhooks[0]);
    assert_false(program_wait_ready(&h.webhooks[0], UNREADY_MS));
    program_start(&h.ledgers[0]); /* makes the stream */
    assert_true(program_wait_ready(&h.webhooks[0], WAIT_MS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_replay_by_hand_is_not_lost),      cmocka_unit_test(nothing_waits_for_its_lease),
        cmocka_unit_test(no_more_in_hand_than_there_may_be), cmocka_unit_test(demonstrations_are_no_more),
        cmocka_unit_test(not_ready_without_its_stream),
    };
    harness_start(&h, &(struct harness_options){.webhooks = 1});
    inbound_open(&in, &h);
    harness_open_account(&h, "EUR", account);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    inbound_close(&in);
    harness_stop(&h, failed != 0);
    return failed;
}
