/* test_work_store_lost.c - nats-server is killed while events are worked off, and its store is gone: it
   starts empty. Nothing is lost, no effect is there twice, and nobody does anything for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/e2e/inbound.h"
#include "tests/support/process.h"

#define WAIT_MS   120000
#define EVENTS    2000
#define BEGUN     200 /* processed when the server is killed */
#define MEANWHILE 100 /* come in while it is away */
#define POISON    5
#define AMOUNT    3

static struct harness h;
static struct inbound in;
static char account[TYPEID_TEXT_SIZE];

static void add_funds(const char *prefix, int count)
{
    char payload[160];
    (void)snprintf(payload, sizeof payload, "{\"account\":\"%s\",\"amount\":%d,\"currency\":\"EUR\"}",
                   account, AMOUNT);
    (void)inbound_add(&in, prefix, count, "demo.fund", payload); /* ledger-svc relays them */
}

static bool is_under_way(void *context)
{
    (void)context;
    return inbound_count(&in).states[INBOUND_PROCESSED] >= BEGUN;
}

static bool streams_are_right(void *context)
{
    (void)context;
    struct inbound_dead dead = inbound_dead(&in);
    return inbound_stream_messages(&in, "PAY_WORK") == 0 && dead.published == POISON &&
           inbound_stream_messages(&in, "PAY_DLQ") == POISON;
}

static void everything_is_worked_off(void **state)
{
    (void)state;
    (void)inbound_add(&in, "poison-", POISON, "demo.fund", "{}");
    add_funds("before-", EVENTS);
    assert_true(eventually(is_under_way, NULL, WAIT_MS));
    servers_nats_kill(&h.nats);
    servers_nats_wipe(&h.nats);
    struct inbound_counts at_kill = inbound_count(&in);
    assert_true(at_kill.states[INBOUND_PROCESSED] < EVENTS);
    add_funds("meanwhile-", MEANWHILE);
    servers_nats_start(&h.nats);
    assert_true(eventually(inbound_has_streams, &in, WAIT_MS));
    assert_true(inbound_wait(&in, WAIT_MS));
    struct inbound_counts after = inbound_count(&in);
    assert_int_equal(after.states[INBOUND_PROCESSED], EVENTS + MEANWHILE);
    assert_int_equal(after.states[INBOUND_DEAD], POISON);
    assert_int_equal(inbound_effects(&in), EVENTS + MEANWHILE);
    assert_int_equal(harness_available(&h, account), (EVENTS + MEANWHILE) * AMOUNT);
    assert_true(eventually(streams_are_right, NULL, WAIT_MS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(everything_is_worked_off)};
    harness_start(&h, &(struct harness_options){.webhooks = 1, .lease_seconds = 5, .sweep_seconds = 5});
    inbound_open(&in, &h);
    harness_open_account(&h, "EUR", account);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    inbound_close(&in);
    harness_stop(&h, failed != 0);
    return failed;
}
