/* test_fanout_gap.c - when what is missing is read from PostgreSQL: not before others have gone by it, or
   nothing was brought, for as long as is waited; and never what is only late. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "webhook-svc/domain/fanout_gap.h"

#define PATIENCE_US 60
#define START_US    1000

static struct fanout_gap gap;

static int begin(void **state)
{
    (void)state;
    gap = (struct fanout_gap){0};
    return 0;
}

/* done, passed, sealed, notes */
static int64_t look(int64_t at_us, const int64_t place[4])
{
    const struct fanout_place p = {place[0], place[1], place[2], place[3]};
    return fanout_gap_look(&gap, &p, START_US + at_us, PATIENCE_US);
}

static void nothing_is_missing(void **state)
{
    (void)state;
    assert_int_equal(look(0, (int64_t[]){100, 0, 100, 1}), 0);
    assert_int_equal(look(1000, (int64_t[]){100, 0, 100, 1}), 0);
    assert_int_equal(look(2000, (int64_t[]){100, 100, 100, 1}), 0);
}

static void others_have_gone_by(void **state)
{
    (void)state;
    assert_int_equal(look(0, (int64_t[]){100, 300, 500, 1}), 0);
    assert_int_equal(look(59, (int64_t[]){100, 400, 600, 2}), 0);
    assert_int_equal(look(60, (int64_t[]){100, 400, 700, 3}), 300); /* 400 were not gone by for so long */
    assert_int_equal(look(61, (int64_t[]){300, 400, 700, 4}), 0);
    assert_int_equal(look(121, (int64_t[]){300, 700, 700, 5}), 400);
}

static void what_comes_late_is_waited_for(void **state)
{
    (void)state;
    assert_int_equal(look(0, (int64_t[]){100, 300, 500, 1}), 0);
    assert_int_equal(look(50, (int64_t[]){300, 0, 500, 2}), 0); /* it came */
    assert_int_equal(look(55, (int64_t[]){300, 400, 500, 3}), 0);
    assert_int_equal(look(100, (int64_t[]){300, 400, 500, 4}), 0);
    assert_int_equal(look(115, (int64_t[]){300, 400, 500, 5}), 400);
}

static void a_backlog_is_left_to_the_stream(void **state)
{
    (void)state;
    for (int64_t i = 0; i < 100; i++)
        assert_int_equal(look(10 * i, (int64_t[]){100 + i, 0, 100000, i}), 0);
}

static void nothing_is_brought(void **state)
{
    (void)state;
    assert_int_equal(look(0, (int64_t[]){100, 0, 500, 7}), 0);
    assert_int_equal(look(59, (int64_t[]){100, 0, 600, 7}), 0);
    assert_int_equal(look(60, (int64_t[]){100, 0, 700, 7}), 700);
    assert_int_equal(look(61, (int64_t[]){400, 0, 700, 7}), 700); /* what is read meanwhile is no note */
    assert_int_equal(look(62, (int64_t[]){700, 0, 700, 7}), 0);
}

static void the_stream_comes_back(void **state)
{
    (void)state;
    assert_int_equal(look(0, (int64_t[]){100, 0, 500, 7}), 0);
    assert_int_equal(look(60, (int64_t[]){100, 0, 500, 7}), 500);
    assert_int_equal(look(61, (int64_t[]){200, 0, 500, 8}), 0);
    assert_int_equal(look(120, (int64_t[]){200, 0, 500, 8}), 0);
    assert_int_equal(look(121, (int64_t[]){200, 0, 500, 8}), 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_is_missing, begin),
        cmocka_unit_test_setup(others_have_gone_by, begin),
        cmocka_unit_test_setup(what_comes_late_is_waited_for, begin),
        cmocka_unit_test_setup(a_backlog_is_left_to_the_stream, begin),
        cmocka_unit_test_setup(nothing_is_brought, begin),
        cmocka_unit_test_setup(the_stream_comes_back, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
