/* test_json_walk.c - values are taken where they stand, and nothing is taken for one that is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <string.h>

#include "shared/core/json_walk.h"

static void values_are_skipped(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len; /* of the value; 0: none */
    } cases[] = {
        {"1,", 1},
        {" -12.5e3 ", 8},
        {"null}", 4},
        {"\"a,b\"]", 5},
        {"\"\\\"\\\\\",", 6},
        {"{}{", 2},
        {"[{\"]\":[]}],", 10},
        {"{\"a\" : [1, 2]} ", 14},
        {"", 0},
        {" ", 0},
        {"\"open", 0},
        {"\"open\\\"", 0},
        {"[1", 0},
        {"{\"a\":", 0},
        {"]", 0},
        {",", 0},
        {"\"end\\", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct json_walk w = json_walk_of(str_of(cases[i].text));
        bool is_taken = json_walk_skip(&w);
        if (is_taken != (cases[i].len > 0) || (is_taken && w.at != cases[i].len))
            fail_msg("%s: %d, %zu", cases[i].text, is_taken, w.at);
    }
}

static void texts_strings_and_integers(void **state)
{
    (void)state;
    struct json_walk w = json_walk_of(STR_LIT(" {\"a\":[1]}\n\"text\" 17 -9223372036854775808"));
    struct str text;
    int64_t value = 0;
    assert_true(json_walk_text(&w, &text));
    assert_true(str_eq_c(text, "{\"a\":[1]}"));
    assert_true(json_walk_string(&w, &text));
    assert_true(str_eq_c(text, "text"));
    assert_true(json_walk_int(&w, &value));
    assert_int_equal(value, 17);
    assert_true(json_walk_int(&w, &value));
    assert_true(value == INT64_MIN);
    assert_false(json_walk_int(&w, &value));
    static const char *const no_strings[] = {"17", "\"\\u0061\"", "\"open", "{}"},
                             *const no_integers[] = {
                                 "\"17\"", "1.0", "1e2", "017", "true", "9223372036854775808", "-"};
    for (size_t i = 0; i < sizeof no_strings / sizeof no_strings[0]; i++) {
        w = json_walk_of(str_of(no_strings[i]));
        assert_false(json_walk_string(&w, &text));
    }
    for (size_t i = 0; i < sizeof no_integers / sizeof no_integers[0]; i++) {
        w = json_walk_of(str_of(no_integers[i]));
        assert_false(json_walk_int(&w, &value));
    }
}

/* Adds names and integers; an array or an object in it is walked through. */
static bool sum(struct json_walk *w, struct str name, void *context)
{
    int64_t *total = context, value;
    struct json_walk inner = *w;
    *total += (int64_t)name.len * 100;
    if (json_walk_array(&inner, sum, total) || json_walk_object(&inner, sum, total)) {
        *w = inner;
        return true;
    }
    if (!json_walk_int(w, &value))
        return false;
    *total += value;
    return true;
}

static void members_and_items(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t total; /* -1: refused */
    } cases[] = {
        {"{}", 0},
        {"{ }", 0},
        {"{\"a\":1}", 101},
        {"{ \"a\" : 1 , \"bc\" : [ 2 , 3 ] }", 306},
        {"{\"a\":1,}", -1},
        {"{\"a\" 1}", -1},
        {"{a:1}", -1},
        {"{\"a\":1", -1},
        {"{\"a\":\"b\"}", -1},
        {"{\"a\":1]", -1},
        {"{\"a\":[1}", -1},
        {"{\"a\":[1,]}", -1},
        {"[1]", -1},
        {"", -1},
        {"{\"a\":1 \"b\":2}", -1},
        {"{\"a\":[]}", 100},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct json_walk w = json_walk_of(str_of(cases[i].text));
        int64_t total = 0;
        bool is_taken = json_walk_object(&w, sum, &total);
        if (is_taken != (cases[i].total >= 0) || (is_taken && total != cases[i].total))
            fail_msg("%s: %d, %lld", cases[i].text, is_taken, (long long)total);
    }
}

/* The text of a member is that value's, as a whole parser reads it. */
static bool compare(struct json_walk *w, struct str name, void *context)
{
    struct str text;
    if (!json_walk_text(w, &text))
        return false;
    json_t *value = json_loadb(text.data, text.len, JSON_DECODE_ANY, NULL);
    bool is_same = value != NULL && json_equal(value, json_object_getn(context, name.data, name.len));
    json_decref(value);
    return is_same;
}

static void texts_are_what_a_parser_reads(void **state)
{
    (void)state;
    static const char text[] =
        "{\"id\":\"evt_1\", \"n\" : "
        "-0.5e-3,\"none\":null,\"deep\":{\"a\":[{\"b\":[[],{}]},\"]}\\\"{\"],\"c\":true},"
        "\"last\":[false,\"\\\\\"]}";
    json_t *whole = json_loads(text, 0, NULL);
    assert_non_null(whole);
    struct json_walk w = json_walk_of(str_of(text));
    assert_true(json_walk_object(&w, compare, whole));
    assert_int_equal(w.at, sizeof text - 1);
    json_decref(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_skipped),
        cmocka_unit_test(texts_strings_and_integers),
        cmocka_unit_test(members_and_items),
        cmocka_unit_test(texts_are_what_a_parser_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
