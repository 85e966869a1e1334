/* test_relay_pace.c - who is far behind rests, who is not does not; never more slowly than events come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ledger-svc/edge/relay_pace.h"

#define NOW_US  INT64_C(1795262400000000)
#define HOUR_US INT64_C(3600000000)
#define RATE    5000

static struct relay_cursor cursor;

/* A window of so many numbers, the first of them written so long ago. */
static void open_window(int64_t numbers, int64_t age_us)
{
    cursor = (struct relay_cursor){
        .horizon = "1:1:", .acked_seq = 1000, .last_seq = 1000 + numbers, .since_us = NOW_US - age_us};
}

static void test_rates(void **state)
{
    (void)state;
    open_window(2000000, HOUR_US); /* an outage of an hour */
    assert_int_equal(relay_pace_rate(&cursor, RATE, NOW_US), RATE);
    open_window(2000000, 100 * INT64_C(1000000)); /* 20,000 a second */
    assert_int_equal(relay_pace_rate(&cursor, RATE, NOW_US), 40000);
    open_window(1, 0);
    assert_int_equal(relay_pace_rate(&cursor, RATE, NOW_US), RATE);
    open_window(10, -HOUR_US); /* the clock was ahead */
    assert_true(relay_pace_rate(&cursor, RATE, NOW_US) >= RATE);
}

static void test_rests(void **state)
{
    (void)state;
    open_window(100000, 0);
    assert_int_equal(relay_pace_rest_us(&cursor, RATE, 200), 0);
    open_window(100001, 0);
    assert_int_equal(relay_pace_rest_us(&cursor, RATE, 200), 40000);
    cursor.horizon[0] = '\0'; /* by number */
    assert_int_equal(relay_pace_rest_us(&cursor, RATE, 200), 0);
    cursor.base_seq = cursor.last_seq;
    assert_int_equal(relay_pace_rest_us(&cursor, RATE, 200), 40000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rates), cmocka_unit_test(test_rests)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
