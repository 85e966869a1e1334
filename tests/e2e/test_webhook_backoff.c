/* test_webhook_backoff.c - attempts that fail are 1, 2, 4, 8 and 16 s apart, within a fifth; the sixth is the
   last. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "shared/core/clock.h"
#include "tests/e2e/inbound.h"
#include "tests/support/process.h"

#define ATTEMPTS 6
#define LOOK_MS  5
#define WAIT_MS  60000

static struct harness h;
static struct inbound in;

static void gaps(void **state)
{
    (void)state;
    static const int64_t wanted_ms[ATTEMPTS - 1] = {1000, 2000, 4000, 8000, 16000};
    int64_t begun_us[ATTEMPTS] = {0}, deadline_ms = clock_monotonic_ms() + WAIT_MS;
    inbound_fail(&in, "slow-", 1, -1);
    size_t index = inbound_add(&in, "slow-", 1, "demo.fund", "{}");
    inbound_publish(&in, index, 1, 1);
    for (int64_t seen = 0; seen < ATTEMPTS && clock_monotonic_ms() < deadline_ms; pause_ms(LOOK_MS)) {
        struct inbound_work work = inbound_find(&in, index);
        if (work.attempts > seen) { /* as PostgreSQL noted it: on a busy machine it is seen late */
            begun_us[work.attempts - 1] = work.updated_us;
            seen = work.attempts;
        }
    }
    assert_true(inbound_wait(&in, WAIT_MS));
    for (int i = 0; i + 1 < ATTEMPTS; i++) {
        int64_t gap_ms = (begun_us[i + 1] - begun_us[i]) / 1000;
        (void)fprintf(stderr, "%lld ms\n", (long long)gap_ms);
        assert_in_range(gap_ms, wanted_ms[i] * 8 / 10, wanted_ms[i] * 12 / 10);
    }
    assert_string_equal(inbound_find(&in, index).state, "dead");
    assert_int_equal(inbound_dead(&in).open, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(gaps)};
    harness_start(&h, &(struct harness_options){.webhooks = 1});
    inbound_open(&in, &h);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    inbound_close(&in);
    harness_stop(&h, failed != 0);
    return failed;
}
