/* The registry is one per process, so each test has stages of its own. */
#include "shared/io/heartbeat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "shared/core/clock.h"
#include "shared/io/metrics.h"

#define US_PER_S INT64_C(1000000)

/* What a scrape would show. */
static int64_t shown(const char *stage)
{
    char labels[64];
    struct buf text;
    buf_init(&text, 1 << 20);
    metrics_write(&text);
    buf_free(&text);
    (void)snprintf(labels, sizeof labels, "stage=\"%s\"", stage);
    return metric_value(metrics_gauge("paybus_heartbeat_timestamp_seconds", "", labels));
}

static void assert_seconds_ago(const char *stage, int64_t wanted)
{
    int64_t ago = clock_unix_us() / US_PER_S - shown(stage);
    assert_in_range(ago, wanted, wanted + 1);
}

static void nothing_before_the_first_beat(void **state)
{
    (void)state;
    struct heartbeat *h = heartbeat_add("first");
    assert_int_equal(shown("first"), 0);
    heartbeat_until(h, clock_monotonic_us());
    assert_seconds_ago("first", 0);
    heartbeat_until(h, 0);
    assert_int_equal(shown("first"), 0);
}

static void what_is_not_done_is_as_old_as_it_is(void **state)
{
    (void)state;
    struct heartbeat *h = heartbeat_add("behind");
    heartbeat_until(h, clock_monotonic_us() - 90 * US_PER_S);
    assert_seconds_ago("behind", 90);
}

static void a_stage_beats_as_its_slowest_thread(void **state)
{
    (void)state;
    struct heartbeat *one = heartbeat_add("threads"), *other = heartbeat_add("threads"),
                     *of_another_stage = heartbeat_add("elsewhere");
    heartbeat_until(of_another_stage, clock_monotonic_us() - 500 * US_PER_S);
    heartbeat_until(one, clock_monotonic_us());
    assert_int_equal(shown("threads"), 0); /* the other one has not begun */
    heartbeat_until(other, clock_monotonic_us() - 40 * US_PER_S);
    assert_seconds_ago("threads", 40);
    heartbeat_until(other, clock_monotonic_us());
    assert_seconds_ago("threads", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_before_the_first_beat),
        cmocka_unit_test(what_is_not_done_is_as_old_as_it_is),
        cmocka_unit_test(a_stage_beats_as_its_slowest_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
