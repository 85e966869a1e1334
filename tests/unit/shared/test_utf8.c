/* test_utf8.c - the edges of what is a character. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shared/core/buf.h"
#include "shared/core/utf8.h"

static void lengths(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct str text;
        size_t wanted;
    } cases[] = {
        {"nothing", {"", 0}, 0},
        {"NUL", {"\0", 1}, 1},
        {"ASCII", {"ab", 2}, 1},
        {"two", {"\xc3\xa9", 2}, 2},
        {"three", {"\xe2\x82\xac", 3}, 3},
        {"four", {"\xf0\x9f\x98\x80", 4}, 4},
        {"the last one", {"\xf4\x8f\xbf\xbf", 4}, 4},
        {"beyond", {"\xf4\x90\x80\x80", 4}, 0},
        {"overlong NUL", {"\xc0\x80", 2}, 0},
        {"overlong slash", {"\xe0\x80\xaf", 3}, 0},
        {"surrogate", {"\xed\xa0\x80", 3}, 0},
        {"cut", {"\xe2\x82\xac", 2}, 0},
        {"broken third byte", {"\xe2\x82g", 3}, 0},
        {"continuation first", {"\x80", 1}, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (utf8_length(cases[i].text.data, cases[i].text.len) != cases[i].wanted) {
            fail_msg("%s", cases[i].name);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lengths)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
