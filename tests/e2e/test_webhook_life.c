/* test_webhook_life.c - webhook-svc's life: ready with its dependencies and not ready without, its settings,
   its end. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/harness.h"
#include "tests/support/process.h"

#define OUTAGE_NOTICED_MS 15000
#define DRAIN_MS          10000

static struct harness h;

static bool is_not_ready(void *context)
{
    return !program_is_ready(context);
}

static void ready_with_the_database_only(void **state)
{
    (void)state;
    servers_postgres_stop(&h.postgres, SERVERS_STOP_FAST);
    assert_true(eventually(is_not_ready, &h.webhooks[0], OUTAGE_NOTICED_MS));
    servers_postgres_start(&h.postgres);
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
}

static void ready_with_the_bus_only(void **state)
{
    (void)state;
    servers_nats_kill(&h.nats);
    assert_true(eventually(is_not_ready, &h.webhooks[0], OUTAGE_NOTICED_MS));
    servers_nats_start(&h.nats);
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
}

static void ends_when_it_is_asked_to(void **state)
{
    (void)state;
    assert_int_equal(program_stop(&h.webhooks[0], SIGTERM, DRAIN_MS), 0);
    assert_false(program_logged(&h.webhooks[0], "Permissions Violation"));
}

static void a_wrong_setting_ends_it(void **state)
{
    (void)state;
    program_set(&h.webhooks[0], "PAYBUS_WEBHOOK_IN_FLIGHT", "0");
    program_start(&h.webhooks[0]);
    assert_true(program_wait_ends(&h.webhooks[0], 2, DRAIN_MS));
    assert_int_equal(program_stop(&h.webhooks[0], SIGTERM, DRAIN_MS), 78);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ready_with_the_database_only),
        cmocka_unit_test(ready_with_the_bus_only),
        cmocka_unit_test(ends_when_it_is_asked_to),
        cmocka_unit_test(a_wrong_setting_ends_it),
    };
    harness_start(&h, &(struct harness_options){.webhooks = 1});
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    harness_stop(&h, failed != 0);
    return failed;
}
