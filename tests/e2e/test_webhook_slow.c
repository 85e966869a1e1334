/* test_webhook_slow.c - PostgreSQL is slow for webhook-svc, reports no COMMIT, hangs up: its work goes on,
   and every effect is there once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/e2e/inbound.h"
#include "tests/support/process.h"

#define WAIT_MS  90000
#define EVENTS   300
#define AMOUNT   2
#define DELAY_MS 150
#define SWALLOWS 3
#define CUT_MS   1500

static struct harness h;
static struct inbound in;
static char account[TYPEID_TEXT_SIZE];
static int64_t total;

static void add_events(const char *prefix)
{
    char payload[160];
    (void)snprintf(payload, sizeof payload, "{\"account\":\"%s\",\"amount\":%d,\"currency\":\"EUR\"}",
                   account, AMOUNT);
    size_t first = inbound_add(&in, prefix, EVENTS, "demo.fund", payload);
    inbound_publish(&in, first, EVENTS, 2);
    total += EVENTS;
}

static void check(void)
{
    assert_true(inbound_wait(&in, WAIT_MS));
    assert_int_equal(inbound_count(&in).states[INBOUND_PROCESSED], total);
    assert_int_equal(inbound_effects(&in), total);
    assert_int_equal(harness_available(&h, account), total * AMOUNT);
}

static void slow(void **state)
{
    (void)state;
    fault_proxy_set(h.webhook_database_proxy, FAULT_DELAY, DELAY_MS);
    add_events("slow-");
    check();
    fault_proxy_set(h.webhook_database_proxy, FAULT_NONE, 0);
}

static void commits_without_an_answer(void **state)
{
    (void)state;
    fault_proxy_swallow_commits(h.webhook_database_proxy, SWALLOWS);
    add_events("swallowed-");
    check();
    assert_int_equal(fault_proxy_swallowed(h.webhook_database_proxy), SWALLOWS);
}

static bool all_are_in_hand(void *context)
{
    (void)context;
    return inbound_count(&in).states[INBOUND_PROCESSING] == EVENTS;
}

/* What PostgreSQL has stored is counted as what it is, though nobody said so, and its messages go. */
static void an_end_without_an_answer(void **state)
{
    (void)state;
    static const char processed[] = "paybus_work_processed_total{kind=\"webhook\"}",
                      lost[] = "paybus_work_leases_lost_total{kind=\"webhook\"}";
    int64_t processed_before = program_metric(&h.webhooks[0], processed),
            lost_before = program_metric(&h.webhooks[0], lost);
    int swallowed = fault_proxy_swallowed(h.webhook_database_proxy);
    struct db *locker = harness_database(&h);
    assert_int_equal(db_exec(locker, "begin; lock table paybus.sources in exclusive mode"), STATUS_OK);
    add_events("in-doubt-"); /* ledger-svc cannot answer yet */
    assert_true(eventually(all_are_in_hand, NULL, WAIT_MS));
    fault_proxy_swallow_commits(h.webhook_database_proxy, 1);
    assert_int_equal(db_exec(locker, "commit"), STATUS_OK);
    db_close(locker);
    check();
    assert_int_equal(fault_proxy_swallowed(h.webhook_database_proxy), swallowed + 1);
    assert_int_equal(program_metric(&h.webhooks[0], processed), processed_before + EVENTS);
    assert_int_equal(program_metric(&h.webhooks[0], lost), lost_before);
}

static void cut(void **state)
{
    (void)state;
    add_events("cut-");
    fault_proxy_set(h.webhook_database_proxy, FAULT_CUT, 0);
    pause_ms(CUT_MS);
    fault_proxy_set(h.webhook_database_proxy, FAULT_NONE, 0);
    check();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slow),
        cmocka_unit_test(commits_without_an_answer),
        cmocka_unit_test(an_end_without_an_answer),
        cmocka_unit_test(cut),
    };
    harness_start(&h,
                  &(struct harness_options){
                      .webhooks = 1, .webhook_database_proxy = true, .lease_seconds = 2, .sweep_seconds = 2});
    inbound_open(&in, &h);
    harness_open_account(&h, "EUR", account);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    inbound_close(&in);
    harness_stop(&h, failed != 0);
    return failed;
}
