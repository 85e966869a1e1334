/* test_turns.c - when what found no room comes again: as fast as it can be sent, and a long backlog so seldom
 * that it costs nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "webhook-svc/domain/turns.h"

#define SECOND_US INT64_C(1000000)
#define NOW_US    (1000 * SECOND_US)
#define AT_ONCE   16
#define HOUR_S    3600

static void steps_follow_the_endpoint(void **state)
{
    (void)state;
    struct turns t = {.took_us = 0};
    assert_int_equal(turns_step_us(&t, AT_ONCE), 0);
    for (int i = 0; i < 100; i++)
        turns_note(&t, 160000);
    assert_int_equal(turns_step_us(&t, AT_ONCE), 10000);
    for (int i = 0; i < 100; i++)
        turns_note(&t, 8000);
    assert_in_range(turns_step_us(&t, AT_ONCE), 400, 1200);
    for (int i = 0; i < 100; i++)
        turns_note(&t, 60 * SECOND_US);
    assert_int_equal(turns_step_us(&t, AT_ONCE), SECOND_US);
}

static void one_after_the_other(void **state)
{
    (void)state;
    struct turns t = {.took_us = 0};
    assert_int_equal(turns_put_off_ms(&t, 10000, 0, NOW_US), 2000);
    assert_int_equal(turns_put_off_ms(&t, 10000, 0, NOW_US), 2010);
    assert_int_equal(turns_put_off_ms(&t, 10000, 0, NOW_US + SECOND_US), 2000); /* not sooner than that */
    assert_int_equal(turns_put_off_ms(&t, 10000, NOW_US + 50 * SECOND_US, NOW_US), 50000);
    assert_int_equal(turns_put_off_ms(&t, 10000, NOW_US + 50 * SECOND_US, NOW_US), 50010);
}

/* Ten thousand, each put off again when its turn has come and nothing goes: hardly twenty a second in the
   long run, and no second with many. */
static void a_long_backlog_comes_seldom(void **state)
{
    (void)state;
    enum { BACKLOG = 10000 };
    static int due[3 * HOUR_S + 1];
    struct turns t = {.took_us = 0};
    int most = 0, total = 0;
    for (int s = 0; s < 2 * HOUR_S; s++) {
        int coming = s == 0 ? BACKLOG : due[s];
        most = s > 0 && coming > most ? coming : most;
        total += s > HOUR_S ? coming : 0;
        for (int i = 0; i < coming; i++) {
            int64_t ms = turns_put_off_ms(&t, SECOND_US, 0, s * SECOND_US);
            assert_in_range(ms, 2000, HOUR_S / 2 * 1000);
            due[s + ms / 1000]++;
        }
    }
    assert_in_range(most, 1, 20);
    assert_in_range(total / HOUR_S, 1, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_follow_the_endpoint),
        cmocka_unit_test(one_after_the_other),
        cmocka_unit_test(a_long_backlog_comes_seldom),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
