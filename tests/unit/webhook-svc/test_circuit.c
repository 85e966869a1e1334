/* test_circuit.c - who does not answer gets one try at a time, after ever longer pauses, until one is
 * answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "webhook-svc/domain/circuit.h"

#define SECOND_US INT64_C(1000000)

static void be_silent(struct circuit *c, int times, int64_t now_us)
{
    for (int i = 0; i < times; i++)
        circuit_note(c, false, now_us);
}

static void it_opens_after_five_in_a_row(void **state)
{
    (void)state;
    struct circuit c = {.unanswered = 0};
    be_silent(&c, 4, SECOND_US);
    assert_false(circuit_is_open(&c));
    assert_true(circuit_admits(&c, 100, SECOND_US));
    circuit_note(&c, true, SECOND_US);
    be_silent(&c, 4, SECOND_US);
    assert_false(circuit_is_open(&c));
    be_silent(&c, 1, SECOND_US);
    assert_true(circuit_is_open(&c));
}

static void one_at_a_time_after_a_pause(void **state)
{
    (void)state;
    struct circuit c = {.unanswered = 0};
    be_silent(&c, 5, SECOND_US);
    assert_false(circuit_admits(&c, 0, 2 * SECOND_US - 1));
    assert_true(circuit_admits(&c, 0, 2 * SECOND_US));
    assert_false(circuit_admits(&c, 1, 2 * SECOND_US));
}

/* 1, 2, 4, ... 64 s, and never longer. */
static void pauses_grow(void **state)
{
    (void)state;
    struct circuit c = {.unanswered = 0};
    int64_t now_us = SECOND_US, pause_us = SECOND_US;
    be_silent(&c, 5, now_us);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(c.next_us - now_us, pause_us);
        now_us = c.next_us;
        be_silent(&c, 1, now_us);
        pause_us = pause_us < 64 * SECOND_US ? 2 * pause_us : pause_us;
    }
    assert_int_equal(pause_us, 64 * SECOND_US);
}

/* Sixteen that were under way end within a moment of each other: that is one silence. */
static void those_under_way_count_once(void **state)
{
    (void)state;
    struct circuit c = {.unanswered = 0};
    for (int i = 0; i < 16; i++)
        be_silent(&c, 1, SECOND_US + i);
    assert_int_equal(c.unanswered, 16);
    assert_true(circuit_admits(&c, 0, 2 * SECOND_US + 5));
}

static void an_answer_closes_it(void **state)
{
    (void)state;
    struct circuit c = {.unanswered = 0};
    be_silent(&c, 50, SECOND_US);
    circuit_note(&c, true, 3 * SECOND_US);
    assert_false(circuit_is_open(&c));
    assert_true(circuit_admits(&c, 15, 3 * SECOND_US));
    be_silent(&c, 5, 4 * SECOND_US);
    assert_true(circuit_admits(&c, 0, 5 * SECOND_US)); /* the first pause is short again */
}

static void few_at_once_while_it_is_doubtful(void **state)
{
    (void)state;
    struct circuit c = {.unanswered = 0};
    assert_int_equal(circuit_at_once(&c, 16), 16);
    circuit_doubt(&c);
    assert_int_equal(circuit_at_once(&c, 16), 5);
    assert_int_equal(circuit_at_once(&c, 2), 2);
    be_silent(&c, 1, SECOND_US);
    assert_int_equal(circuit_at_once(&c, 16), 5);
    circuit_note(&c, true, SECOND_US);
    assert_int_equal(circuit_at_once(&c, 16), 16);
}

/* After a restart: what is stored opens it, and the first try is made at once. */
static void as_it_was_stored(void **state)
{
    (void)state;
    const struct circuit c = {.unanswered = 7};
    assert_true(circuit_admits(&c, 0, SECOND_US));
    assert_false(circuit_admits(&c, 1, SECOND_US));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_opens_after_five_in_a_row),
        cmocka_unit_test(one_at_a_time_after_a_pause),
        cmocka_unit_test(pauses_grow),
        cmocka_unit_test(those_under_way_count_once),
        cmocka_unit_test(an_answer_closes_it),
        cmocka_unit_test(few_at_once_while_it_is_doubtful),
        cmocka_unit_test(as_it_was_stored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
