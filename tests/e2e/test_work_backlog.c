/* test_work_backlog.c - what waits in PAY_WORK behind a backlog is left alone by the sweeper, however long it
   waits; what is lost beside it is put back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/e2e/inbound.h"
#include "tests/support/jetstream.h"
#include "tests/support/process.h"

#define WAIT_MS 60000
#define SWEEP_S 1
#define MANY    2000

static struct harness h;
static struct inbound in;
static char account[TYPEID_TEXT_SIZE];

static int64_t number(const char *sql)
{
    PGresult *r = PQexec(db_raw(in.db), sql);
    assert_int_equal(PQresultStatus(r), PGRES_TUPLES_OK);
    int64_t n = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
    PQclear(r);
    return n;
}

static bool all_are_in_the_stream(void *context)
{
    (void)context;
    return inbound_stream_messages(&in, "PAY_WORK") == MANY;
}

/* For ten times as long as anything may lie unseen. */
static bool nobody_touched_what_waits(void *context)
{
    (void)context;
    return number("select count(*) from paybus.work where state = 'received' and "
                  "enqueued_at < clock_timestamp() - interval '10 s' and enqueued_at = created_at") > 0;
}

static bool is_touched(void)
{
    return number("select count(*) from paybus.work where state = 'received' and enqueued_at <> created_at") >
           0;
}

/* The newest one's message. */
static void lose_one(void)
{
    jsStreamInfo *info = NULL;
    assert_int_equal(js_GetStreamInfo(&info, in.js, "PAY_WORK", NULL, NULL), NATS_OK);
    natsConnection *webhook = inbound_connect(&in, "webhook");
    jsCtx *js = NULL;
    assert_int_equal(jetstream_open(&js, webhook), NATS_OK);
    assert_int_equal(js_DeleteMsg(js, "PAY_WORK", info->State.LastSeq, NULL, NULL), NATS_OK);
    jsCtx_Destroy(js);
    natsConnection_Destroy(webhook);
    jsStreamInfo_Destroy(info);
}

static void what_waits_is_left_alone(void **state)
{
    (void)state;
    char payload[160];
    (void)snprintf(payload, sizeof payload, "{\"account\":\"%s\",\"amount\":7,\"currency\":\"EUR\"}",
                   account);
    struct db *locker = harness_database(&h);
    assert_int_equal(db_exec(locker, "begin"), STATUS_OK);
    assert_int_equal(db_exec(locker, "lock table paybus.sources in exclusive mode"), STATUS_OK);
    (void)inbound_add(&in, "backlog-", MANY, "demo.fund", payload); /* ledger-svc relays them */
    assert_true(eventually(all_are_in_the_stream, NULL, WAIT_MS));
    assert_true(eventually(nobody_touched_what_waits, NULL, WAIT_MS));
    assert_false(is_touched());
    lose_one();
    assert_int_equal(db_exec(locker, "commit"), STATUS_OK);
    db_close(locker);
    assert_true(inbound_wait(&in, WAIT_MS));
    assert_int_equal(inbound_count(&in).states[INBOUND_PROCESSED], MANY);
    assert_int_equal(inbound_effects(&in), MANY);
    assert_true(program_logged(&h.webhooks[0], "\"event\":\"work_put_back\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_waits_is_left_alone)};
    harness_start(&h, &(struct harness_options){.webhooks = 1, .sweep_seconds = SWEEP_S});
    inbound_open(&in, &h);
    harness_open_account(&h, "EUR", account);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    inbound_close(&in);
    harness_stop(&h, failed != 0);
    return failed;
}
