/* test_text.c - well-formed UTF-8 without control characters, and names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ingress/domain/text.h"

static void test_clean_text(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        bool clean;
    } cases[] = {
        {{"", 0}, true},
        {{"plain ~", 7}, true},
        {{"\xc3\xa9", 2}, true},         /* e acute */
        {{"\xe2\x82\xac", 3}, true},     /* euro sign */
        {{"\xf0\x9f\x98\x80", 4}, true}, /* outside the first plane */
        {{"a\0b", 3}, false},
        {{"a\nb", 3}, false},
        {{"\x7f", 1}, false},
        {{"\x1b[31m", 5}, false},
        {{"\xc2\x85", 2}, false},         /* a C1 control character */
        {{"\xc0\x80", 2}, false},         /* overlong NUL */
        {{"\xe0\x80\xaf", 3}, false},     /* overlong */
        {{"\xed\xa0\x80", 3}, false},     /* surrogate */
        {{"\xf4\x90\x80\x80", 4}, false}, /* beyond U+10FFFF */
        {{"\xe2\x82", 2}, false},         /* cut off */
        {{"\x80", 1}, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(text_is_clean(cases[i].text), cases[i].clean);
    }
}

static void test_names(void **state)
{
    (void)state;
    assert_true(text_is_name(STR_LIT("a.B_9:-"), 7));
    assert_false(text_is_name(STR_LIT("a.B_9:-"), 6));
    assert_false(text_is_name(STR_LIT(""), 6));
    assert_false(text_is_name(STR_LIT("a b"), 6));
    assert_false(text_is_name(STR_LIT("a*"), 6));
    assert_false(text_is_name(STR_LIT("pay.>"), 6));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clean_text),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
