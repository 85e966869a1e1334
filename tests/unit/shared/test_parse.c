/* test_parse.c - tables of what is a number, a boolean, hex, and of what only looks like one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "shared/core/parse.h"

static void integers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t wanted;
    } cases[] = {{"0", 0},
                 {"7", 7},
                 {"-1", -1},
                 {"10", 10},
                 {"9007199254740993", 9007199254740993},
                 {"9223372036854775807", INT64_MAX},
                 {"-9223372036854775808", INT64_MIN}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t value = 42;
        if (parse_int64(str_of(cases[i].text), INT64_MIN, INT64_MAX, &value) != STATUS_OK ||
            value != cases[i].wanted) {
            fail_msg("%s gave %lld", cases[i].text, (long long)value);
        }
    }
}

static void not_integers(void **state)
{
    (void)state;
    static const char *const cases[] = {"",
                                        "-",
                                        "+1",
                                        "-0",
                                        "00",
                                        "007",
                                        "-01",
                                        " 1",
                                        "1 ",
                                        "1.0",
                                        "1e2",
                                        "0x10",
                                        "1,000",
                                        "١٠٠",
                                        "--1",
                                        "1-",
                                        "abc",
                                        "1\n",
                                        "9223372036854775808",
                                        "-9223372036854775809",
                                        "18446744073709551616",
                                        "99999999999999999999999999"};
    int64_t value = 42;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (parse_int64(str_of(cases[i]), INT64_MIN, INT64_MAX, &value) != STATUS_INVALID) {
            fail_msg("'%s' was taken", cases[i]);
        }
    }
    assert_int_equal(parse_int64(STR_LIT("1\0002"), INT64_MIN, INT64_MAX, &value), STATUS_INVALID);
    assert_int_equal(parse_int64(str_of(NULL), INT64_MIN, INT64_MAX, &value), STATUS_INVALID);
    assert_int_equal(value, 42); /* untouched */
}

static void bounds_are_inclusive(void **state)
{
    (void)state;
    int64_t value;
    assert_int_equal(parse_int64(STR_LIT("1"), 1, 100, &value), STATUS_OK);
    assert_int_equal(parse_int64(STR_LIT("100"), 1, 100, &value), STATUS_OK);
    assert_int_equal(parse_int64(STR_LIT("0"), 1, 100, &value), STATUS_INVALID);
    assert_int_equal(parse_int64(STR_LIT("101"), 1, 100, &value), STATUS_INVALID);
}

static void booleans(void **state)
{
    (void)state;
    static const char *const yes[] = {"true", "on", "1", "yes"}, *const no[] = {"false", "off", "0", "no"};
    static const char *const neither[] = {"", "TRUE", "t", "01", "true ", "2"};
    bool value;
    for (size_t i = 0; i < 4; i++) {
        value = false;
        assert_int_equal(parse_bool(str_of(yes[i]), &value), STATUS_OK);
        assert_true(value);
        assert_int_equal(parse_bool(str_of(no[i]), &value), STATUS_OK);
        assert_false(value);
    }
    for (size_t i = 0; i < sizeof(neither) / sizeof(neither[0]); i++) {
        assert_int_equal(parse_bool(str_of(neither[i]), &value), STATUS_INVALID);
    }
}

static void hex(void **state)
{
    (void)state;
    uint8_t bytes[4] = {9, 9, 9, 9};
    char text[9];
    assert_int_equal(parse_hex(STR_LIT("0123456g"), bytes, 4), STATUS_INVALID);
    assert_int_equal(parse_hex(STR_LIT("0123456"), bytes, 4), STATUS_INVALID);
    assert_int_equal(parse_hex(STR_LIT("0123456789"), bytes, 4), STATUS_INVALID);
    assert_int_equal(bytes[0], 9); /* untouched */
    assert_int_equal(parse_hex(STR_LIT("00fFaB9e"), bytes, 4), STATUS_OK);
    format_hex(bytes, 4, text);
    assert_string_equal(text, "00ffab9e");
    format_hex(bytes, 0, text);
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(integers), cmocka_unit_test(not_integers),
                                       cmocka_unit_test(bounds_are_inclusive), cmocka_unit_test(booleans),
                                       cmocka_unit_test(hex)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
