/* test_clock.c - the clocks go forward and have the units they say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include "shared/core/clock.h"

static void clocks_agree_with_the_system(void **state)
{
    (void)state;
    int64_t before = (int64_t)time(NULL);
    int64_t now = clock_unix_us() / 1000000;
    assert_in_range(now, before, before + 5);
    int64_t us = clock_monotonic_us();
    int64_t ms = clock_monotonic_ms();
    assert_true(clock_monotonic_us() >= us);
    assert_in_range(ms, us / 1000, us / 1000 + 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(clocks_agree_with_the_system)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
