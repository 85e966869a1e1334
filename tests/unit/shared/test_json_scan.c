/* test_json_scan.c - depth, clamped integers, and the pointer to where a parser stopped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "shared/core/json_scan.h"

static void depth(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int depth;
    } cases[] = {{"", 0},
                 {"{}", 1},
                 {"{\"a\":[{}]}", 3},
                 {"{\"[[[[\":\"{{{\"}", 1},
                 {"[][][]", 1},
                 {"{\"\\\"[\":1}", 1},
                 {"\"\\\\\"[[", 2},
                 {"]]]][", 0},
                 {"\"[[ unclosed", 0},
                 {"[\"\\", 1}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct str text = str_of(cases[i].text);
        if (!json_scan_depth_within(text, cases[i].depth) ||
            (cases[i].depth > 0 && json_scan_depth_within(text, cases[i].depth - 1))) {
            fail_msg("%s", cases[i].text);
        }
    }
}

static void values(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int values;
    } cases[] = {
        {"", 0}, {"{}", 1}, {"{\"a\":1,\"b\":[{},{}]}", 6}, {"{\"a,b\":\"[[{{,,\\\",,\"}", 1}, {"[,,,", 4}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct str text = str_of(cases[i].text);
        if (!json_scan_values_within(text, cases[i].values) ||
            (cases[i].values > 0 && json_scan_values_within(text, cases[i].values - 1))) {
            fail_msg("%s", cases[i].text);
        }
    }
}

static void clamped_integers(void **state)
{
    (void)state;
    static const struct {
        const char *given, *wanted;
    } cases[] = {
        {"[9223372036854775807]", "[9223372036854775807]"},
        {"[9223372036854775808]", "[9223372036854775807]"},
        {"[-9223372036854775808]", "[-9223372036854775808]"},
        {"[-9223372036854775809,1]", "[-9223372036854775808,1]"},
        {"{\"a\":18446744073709551616}", "{\"a\":9223372036854775807 }"},
        {"99999999999999999999999999", "9223372036854775807       "},
        {"-99999999999999999999999999", "-9223372036854775808       "},
        {"[99999999999999999999.0]", "[99999999999999999999.0]"},
        {"[99999999999999999999e1]", "[99999999999999999999e1]"},
        {"[\"99999999999999999999\",\"\\\"99999999999999999999\"]",
         "[\"99999999999999999999\",\"\\\"99999999999999999999\"]"},
        {"[00099999999999999999999]", "[00099999999999999999999]"}, /* no JSON: not repaired either */
        {"[--99999999999999999999]", "[--99999999999999999999]"},
        {"[1,22,333]", "[1,22,333]"},
        {"-", "-"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[100];
        size_t len = strlen(cases[i].given);
        memcpy(text, cases[i].given, len + 1);
        json_scan_clamp_integers(text, len);
        assert_string_equal(text, cases[i].wanted);
    }
}

/* The '^' stands where the parser stopped; it is taken out first. */
static void located_members(void **state)
{
    (void)state;
    static const struct {
        const char *marked, *wanted;
    } cases[] = {
        {"{\"a\"^", "/a"},
        {"{\"a\":1,\"b\"^", "/b"},
        {"{\"a\":{\"b\":{\"c\":1e400^", "/a/b/c"},
        {"{\"a\":{\"b\":1},\"c\"^", "/c"},
        {"{\"a\":\"b\",\"c\":\"d\"^", "/c"},
        {"{\"a\":[1,2,{\"b\"^", "/a/2/b"},
        {"{\"a\":[[],[1,2^", "/a/1/1"},
        {"{\"\\u0061mount\"^", "/amount"},
        {"{\"a/b\":{\"c~d\"^", "/a~1b/c~0d"},
        {"{\"\\\"{[,\":1^", "/\"{[,"},
        {"{\"\"^", "/"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf pointer;
        buf_init(&pointer, 100);
        struct str text = str_of(cases[i].marked);
        json_scan_locate(text, text.len - 1, &pointer);
        assert_string_equal(pointer.data, cases[i].wanted);
        buf_free(&pointer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(depth), cmocka_unit_test(values),
                                       cmocka_unit_test(clamped_integers), cmocka_unit_test(located_members)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
