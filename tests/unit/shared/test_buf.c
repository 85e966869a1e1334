/* test_buf.c - growth, the maximum, sticky failure, integers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "shared/core/buf.h"

static void grows_to_exactly_its_maximum(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    for (int i = 0; i < 1000; i++) {
        buf_add_char(&b, 'x');
    }
    assert_int_equal(buf_status(&b), STATUS_OK);
    assert_int_equal(b.len, 1000);
    assert_int_equal(strlen(b.data), 1000);
    buf_add_char(&b, 'y');
    assert_int_equal(buf_status(&b), STATUS_FULL);
    assert_int_equal(b.len, 1000);
    buf_free(&b);
}

static void failure_is_sticky_until_reset(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 5);
    buf_add_str(&b, "abc");
    buf_add_str(&b, "def"); /* does not fit: nothing of it is written */
    buf_add_str(&b, "g");   /* would fit, but a hole would be left */
    assert_int_equal(buf_status(&b), STATUS_FULL);
    assert_string_equal(b.data, "abc");
    buf_reset(&b);
    assert_int_equal(buf_status(&b), STATUS_OK);
    assert_string_equal(b.data, "");
    buf_add_str(&b, "fghij");
    assert_string_equal(b.data, "fghij");
    buf_free(&b);
}

static void formatted_text_is_bounded_too(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10);
    buf_addf(&b, "%s-%d", "abc", 42);
    assert_string_equal(b.data, "abc-42");
    buf_addf(&b, "%s", "12345");
    assert_int_equal(buf_status(&b), STATUS_FULL);
    assert_string_equal(b.data, "abc-42");
    buf_reset(&b);
    buf_addf(&b, "%s", "1234567890");
    assert_int_equal(buf_status(&b), STATUS_OK);
    buf_free(&b);
}

static void zeroed_buf_takes_nothing_and_frees(void **state)
{
    (void)state;
    struct buf b = {0};
    buf_reset(&b);
    buf_add(&b, NULL, 0);
    assert_int_equal(buf_status(&b), STATUS_OK);
    assert_string_equal(b.data, "");
    buf_add_char(&b, 'x');
    assert_int_equal(buf_status(&b), STATUS_FULL);
    buf_free(&b);
    buf_free(&b);
}

static void integers(void **state)
{
    (void)state;
    static const struct {
        int64_t given;
        const char *wanted;
    } cases[] = {{0, "0"},
                 {-1, "-1"},
                 {10, "10"},
                 {9007199254740991, "9007199254740991"},
                 {INT64_MAX, "9223372036854775807"},
                 {INT64_MIN, "-9223372036854775808"}};
    struct buf b;
    buf_init(&b, 100);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        buf_reset(&b);
        buf_add_int(&b, cases[i].given);
        assert_string_equal(b.data, cases[i].wanted);
    }
    buf_free(&b);
}

static void borrowed_text(void **state)
{
    (void)state;
    assert_int_equal(str_of(NULL).len, 0);
    assert_true(str_eq(str_of(NULL), STR_LIT("")));
    assert_true(str_eq_c(STR_LIT("abc"), "abc"));
    assert_false(str_eq_c(STR_LIT("abc"), "abcd"));
    assert_false(str_eq_c(STR_LIT("abc"), "abd"));
    assert_false(str_eq(STR_LIT("a\0b"), STR_LIT("a\0c")));
    struct str text = STR_LIT("abc");
    assert_false(str_take(&text, STR_LIT("b")));
    assert_false(str_take(&text, STR_LIT("abcd")));
    assert_true(str_take(&text, STR_LIT("")) && str_take(&text, STR_LIT("ab")));
    assert_true(str_eq_c(text, "c") && str_take(&text, STR_LIT("c")));
    assert_int_equal(text.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_to_exactly_its_maximum),
        cmocka_unit_test(failure_is_sticky_until_reset),
        cmocka_unit_test(formatted_text_is_bounded_too),
        cmocka_unit_test(zeroed_buf_takes_nothing_and_frees),
        cmocka_unit_test(integers),
        cmocka_unit_test(borrowed_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
