/* test_uuid.c - the fields of version 7, order, text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "shared/core/uuid.h"

static void fields_are_where_rfc_9562_wants_them(void **state)
{
    (void)state;
    char text[UUID_TEXT_SIZE];
    struct uuid u = uuid7_make(INT64_C(1645557742000) * 1000, 0, 0);
    uuid_format(&u, text);
    assert_string_equal(text, "017f22e2-79b0-7000-8000-000000000000");
    u = uuid7_make(INT64_C(1645557742000) * 1000 + 999, UINT32_MAX, UINT32_MAX);
    uuid_format(&u, text);
    assert_string_equal(text, "017f22e2-79b0-7ffb-bfff-ffffffffffff"); /* 999 us are 4091 of 4096 parts */
    u = uuid7_make(0, 1, 2);
    uuid_format(&u, text);
    assert_string_equal(text, "00000000-0000-7000-8000-000100000002");
}

static void order_is_time_then_sequence(void **state)
{
    (void)state;
    const int64_t start = INT64_C(1763666482123456);
    struct uuid last = uuid7_make(start - 1, 0, UINT32_MAX);
    for (int us = 0; us < 3000; us++) { /* across milliseconds */
        for (uint32_t sequence = 0; sequence < 3; sequence++) {
            struct uuid next = uuid7_make(start + us, sequence, sequence == 1 ? 0 : UINT32_MAX);
            assert_true(uuid_compare(&last, &next) < 0);
            assert_true(uuid_compare(&next, &last) > 0);
            assert_int_equal(uuid_compare(&next, &next), 0);
            last = next;
        }
    }
}

static void time_is_in_it(void **state)
{
    (void)state;
    static const int64_t times[] = {0, 999, INT64_C(1763666482123456), INT64_C(281474976710655000)};
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        struct uuid u = uuid7_make(times[i], UINT32_MAX, UINT32_MAX);
        assert_int_equal(uuid7_unix_us(&u), times[i] / 1000 * 1000);
    }
}

static void zero_is_zero(void **state)
{
    (void)state;
    struct uuid u = {{0}};
    assert_true(uuid_is_zero(&u));
    u.bytes[15] = 1;
    assert_false(uuid_is_zero(&u));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(fields_are_where_rfc_9562_wants_them),
                                       cmocka_unit_test(order_is_time_then_sequence),
                                       cmocka_unit_test(time_is_in_it), cmocka_unit_test(zero_is_zero)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
