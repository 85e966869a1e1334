/* test_json_in.c - what is JSON for us and what is not, by byte; canonical text; getters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/json_in.h"

#define TEXT(s)                                                                                              \
    {                                                                                                        \
        s, sizeof(s) - 1                                                                                     \
    }

static void good_objects(void **state)
{
    (void)state;
    static const struct str cases[] = {
        TEXT("{}"),
        TEXT(" \t\r\n{ \"a\" : 1 } \n"),
        TEXT("{\"a\":\"\\u0061\\ud83d\\ude00\\n\xc3\xa9\"}"),
        TEXT("{\"a\":[1,1.5,-0,1e2,true,false,null,{}]}"),
        TEXT("{\"a\":9223372036854775808,\"b\":[-99999999999999999999]}"), /* named later, by field */
        TEXT("{\"\":1}"),
        TEXT("{\"a\":1,\"A\":2}"),
        TEXT("{\"a\":{\"b\":1},\"b\":{\"b\":1}}"),
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *root CLEANUP(json_decref_ptr) = NULL;
        struct problem p;
        if (json_parse_object(cases[i], &root, &p) != STATUS_OK) {
            fail_msg("%s: %s", cases[i].data, p.detail);
        }
        assert_true(json_is_object(root));
    }
}

static void not_json(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct str text;
        const char *detail; /* a piece of it; NULL: any */
    } cases[] = {
        {"A01 empty", TEXT(""), "empty"},
        {"A01 blank", TEXT("  \n"), NULL},
        {"A02 null", TEXT("null"), NULL},
        {"A03 array", TEXT("[]"), "must be a JSON object"},
        {"A04 string", TEXT("\"x\""), NULL},
        {"A05 number", TEXT("1"), NULL},
        {"A06 truncated", TEXT("{\"a\":1"), "byte 6: the body ends too early"},
        {"A06 truncated in a string", TEXT("{\"a"), "ends too early"},
        {"A07 trailing text", TEXT("{} x"), "text after the object"},
        {"A07 two objects", TEXT("{}{}"), "text after the object"},
        {"A18 byte order mark", TEXT("\xef\xbb\xbf{}"), "byte order mark"},
        {"A19 UTF-16LE", TEXT("\xff\xfe{\0}\0"), NULL},
        {"A19 UTF-16BE without mark", TEXT("\0{\0}"), "NUL"},
        {"A20 overlong", TEXT("{\"a\":\"\xc0\x80\"}"), "not valid UTF-8"},
        {"A20 overlong slash", TEXT("{\"a\":\"\xe0\x80\xaf\"}"), "not valid UTF-8"},
        {"A20 surrogate in UTF-8", TEXT("{\"a\":\"\xed\xa0\x80\"}"), "not valid UTF-8"},
        {"A20 beyond Unicode", TEXT("{\"a\":\"\xf4\x90\x80\x80\"}"), "not valid UTF-8"},
        {"A20 cut character", TEXT("{\"a\":\"\xc3\"}"), "not valid UTF-8"},
        {"A21 lone high surrogate", TEXT("{\"a\":\"\\ud800\"}"), NULL},
        {"A21 lone low surrogate", TEXT("{\"a\":\"\\udc00\"}"), NULL},
        {"A21 surrogates in wrong order", TEXT("{\"a\":\"\\udc00\\ud800\"}"), NULL},
        {"A22 NUL escape in a value", TEXT("{\"a\":\"x\\u0000y\"}"), "\\u0000"},
        {"A23 NUL escape in a key", TEXT("{\"a\\u0000\":1}"), "\\u0000"},
        {"A24 raw NUL", TEXT("{\"a\":\"\0\"}"), "NUL"},
        {"A24 raw NUL at the end", TEXT("{}\0"), "NUL"},
        {"A25 raw control character", TEXT("{\"a\":\"x\ny\"}"), NULL},
        {"A26 invalid escape", TEXT("{\"a\":\"\\x41\"}"), NULL},
        {"A27 single quotes", TEXT("{'a':1}"), NULL},
        {"A28 comment", TEXT("{/* */\"a\":1}"), NULL},
        {"A28 line comment", TEXT("{\"a\":1}//"), NULL},
        {"A29 NaN", TEXT("{\"a\":NaN}"), NULL},
        {"A30 Infinity", TEXT("{\"a\":-Infinity}"), NULL},
        {"trailing comma", TEXT("{\"a\":1,}"), NULL},
        {"unquoted key", TEXT("{a:1}"), NULL},
        {"number as key", TEXT("{1:1}"), NULL},
        {"True", TEXT("{\"a\":True}"), NULL},
        {"B10 thousands", TEXT("{\"a\":1,000}"), NULL},
        {"B11 hex", TEXT("{\"a\":0x10}"), NULL},
        {"B12 arabic digits", TEXT("{\"a\":١٠٠}"), NULL},
        {"B13 leading zeros", TEXT("{\"a\":007}"), NULL},
        {"plus sign", TEXT("{\"a\":+1}"), NULL},
        {"point first", TEXT("{\"a\":.5}"), NULL},
        {"point last", TEXT("{\"a\":1.}"), NULL},
        {"huge with leading zeros", TEXT("{\"a\":00099999999999999999999}"), NULL},
        {"huge, then broken", TEXT("{\"a\":99999999999999999999,}"), NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *root = NULL;
        struct problem p;
        if (json_parse_object(cases[i].text, &root, &p) != STATUS_INVALID || root != NULL ||
            p.outcome != OUTCOME_invalid_json || p.detail[0] == '\0' ||
            (cases[i].detail != NULL && strstr(p.detail, cases[i].detail) == NULL)) {
            fail_msg("%s: %s: %s", cases[i].name, outcome_code(p.outcome), p.detail);
        }
    }
}

/* An object with a list of so many zeros. */
static enum status parse_zeros(int count, struct problem *ret_problem)
{
    struct buf text CLEANUP(buf_free);
    buf_init(&text, 10000);
    buf_add_str(&text, "{\"a\":[0");
    for (int i = 1; i < count; i++) {
        buf_add_str(&text, ",0");
    }
    buf_add_str(&text, "]}");
    json_t *root CLEANUP(json_decref_ptr) = NULL;
    return json_parse_object((struct str){text.data, text.len}, &root, ret_problem);
}

static void too_many_values(void **state)
{
    (void)state;
    struct problem p;
    assert_int_equal(parse_zeros(JSON_VALUES_MAX - 1, &p), STATUS_OK); /* object and list: one more comma */
    assert_int_equal(parse_zeros(JSON_VALUES_MAX, &p), STATUS_INVALID);
    assert_int_equal(p.outcome, OUTCOME_invalid_json);

    json_t *root CLEANUP(json_decref_ptr) = NULL;
    assert_int_equal(json_parse_object_within(STR_LIT("{\"a\":[1,2]}"), 2, &root, &p), STATUS_INVALID);
    assert_string_equal(p.detail, "The body holds more than 2 values.");
    assert_int_equal(json_parse_object_within(STR_LIT("{\"a\":[1,2]}"), 3, &root, &p), STATUS_OK);
}

static void members_that_the_parser_refuses_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        enum outcome outcome;
        const char *pointer;
    } cases[] = {
        {"A08 twice", "{\"amount\":1,\"amount\":2}", OUTCOME_duplicate_field, "/amount"},
        {"A09 by escape", "{\"amount\":1,\"\\u0061mount\":2}", OUTCOME_duplicate_field, "/amount"},
        {"A09 escape first", "{\"\\u0061mount\":1,\"amount\":2}", OUTCOME_duplicate_field, "/amount"},
        {"nested", "{\"metadata\":{\"a\":\"1\",\"b/c\":\"\",\"b/c\":\"\"}}", OUTCOME_duplicate_field,
         "/metadata/b~1c"},
        {"in an array", "{\"legs\":[{},{\"x\":1,\"x\":1}]}", OUTCOME_duplicate_field, "/legs/1/x"},
        {"long key",
         "{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\":1,"
         "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\":1}",
         OUTCOME_duplicate_field, "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
        {"after a huge integer", "{\"a\":99999999999999999999,\"b\":1,\"b\":2}", OUTCOME_duplicate_field,
         "/b"},
        {"B07 1E400", "{\"a\":1,\"amount\":1E400}", OUTCOME_wrong_type, "/amount"},
        {"B07 -1e400 after a huge integer", "{\"a\":99999999999999999999,\"amount\":-1e400}",
         OUTCOME_wrong_type, "/amount"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *root = NULL;
        struct problem p;
        if (json_parse_object(str_of(cases[i].text), &root, &p) != STATUS_INVALID || root != NULL ||
            p.outcome != cases[i].outcome || p.error_count != 1 ||
            strcmp(p.errors[0].pointer, cases[i].pointer) != 0) {
            fail_msg("%s: %s %s", cases[i].name, outcome_code(p.outcome), p.errors[0].pointer);
        }
    }
}

/* {"a":{"a":... of this many levels. */
static char *nested(int levels)
{
    char *text = calloc((size_t)levels, 6);
    assert_non_null(text);
    char *at = text;
    for (int i = 1; i < levels; i++, at += 5) {
        memcpy(at, "{\"a\":", 5);
    }
    memset(at, '{', 1);
    memset(at + 1, '}', (size_t)levels);
    return text;
}

static void depth_is_limited(void **state)
{
    (void)state;
    static const struct {
        int levels;
        bool good;
    } cases[] = {{1, true}, {32, true}, {33, false}, {65, false}, {200, false}, {40000, false}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *text = nested(cases[i].levels);
        json_t *root CLEANUP(json_decref_ptr) = NULL;
        struct problem p;
        enum status status = json_parse_object(str_of(text), &root, &p);
        free(text);
        assert_int_equal(status, cases[i].good ? STATUS_OK : STATUS_INVALID);
        if (!cases[i].good) {
            assert_int_equal(p.outcome, OUTCOME_invalid_json);
            assert_non_null(strstr(p.detail, "deeper"));
        }
    }
}

static void hundred_thousand_arrays_are_refused(void **state)
{
    (void)state;
    static char text[100000]; /* A10 */
    memset(text, '[', sizeof(text));
    json_t *root = NULL;
    struct problem p;
    assert_int_equal(json_parse_object((struct str){text, sizeof(text)}, &root, &p), STATUS_INVALID);
    assert_int_equal(p.outcome, OUTCOME_invalid_json);
}

/* A12, A13, A14: large, yet JSON; the body limit is the HTTP front's. */
static void large_objects_are_read(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_free);
    struct problem p;
    buf_init(&b, 1 << 20);
    for (int i = 1; i < JSON_VALUES_MAX; i++) {
        buf_addf(&b, "%c\"key%d\":%d", i == 1 ? '{' : ',', i, i);
    }
    buf_add_str(&b, ",\"");
    for (int i = 0; i < 65536; i++) {
        buf_add_char(&b, 'k');
    }
    buf_add_str(&b, "\":\"");
    for (int i = 0; i < 255 * 1024; i++) {
        buf_add_char(&b, 'v');
    }
    buf_add_str(&b, "\"}");
    json_t *root CLEANUP(json_decref_ptr) = NULL;
    assert_int_equal(buf_status(&b), STATUS_OK);
    assert_int_equal(json_parse_object((struct str){b.data, b.len}, &root, &p), STATUS_OK);
    assert_int_equal(json_object_size(root), JSON_VALUES_MAX);
}

static void canonical_text(void **state)
{
    (void)state;
    static const struct {
        const char *given, *wanted;
    } cases[] = {{"{}", "{}"},
                 {" { \"b\" : 1 , \"a\" : [ true , null ] } ", "{\"a\":[true,null],\"b\":1}"},
                 {"{\"a\":\"\\u0061\\u00e9\\/\"}", "{\"a\":\"a\xc3\xa9/\"}"},
                 {"{\"a\":{\"z\":\"1\",\"y\":\"2\"}}", "{\"a\":{\"y\":\"2\",\"z\":\"1\"}}"},
                 {"{\"a\":9007199254740993,\"b\":-0}", "{\"a\":9007199254740993,\"b\":0}"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *root CLEANUP(json_decref_ptr) = NULL;
        struct problem p;
        struct buf b CLEANUP(buf_free);
        buf_init(&b, 1000);
        assert_int_equal(json_parse_object(str_of(cases[i].given), &root, &p), STATUS_OK);
        assert_int_equal(json_canonical(root, &b), STATUS_OK);
        assert_string_equal(b.data, cases[i].wanted);
        struct buf small CLEANUP(buf_free);
        buf_init(&small, 1);
        assert_int_equal(json_canonical(root, &small), STATUS_FULL);
    }
}

static void getters(void **state)
{
    (void)state;
    json_t *root CLEANUP(json_decref_ptr) = NULL;
    struct problem p;
    assert_int_equal(
        json_parse_object(STR_LIT("{\"s\":\"text\",\"i\":-7,\"b\":true,\"big\":99999999999999999999,"
                                  "\"id\":\"acct_0000000000000000000000000a\"}"),
                          &root, &p),
        STATUS_OK);
    struct uuid id = {{42}};
    assert_true(str_eq_c(json_get_str(root, "s"), "text"));
    assert_null(json_get_str(root, "none").data);
    assert_int_equal(json_get_int(root, "i", 1), -7);
    assert_int_equal(json_get_int(root, "none", 1), 1);
    assert_true(json_get_int(root, "big", 1) == INT64_MAX);
    assert_true(json_get_bool(root, "b", false));
    assert_true(json_get_bool(root, "none", true));
    assert_false(json_get_id(root, "none", "acct", &id));
    assert_int_equal(id.bytes[0], 42);
    assert_true(json_get_id(root, "id", "acct", &id));
    assert_int_equal(id.bytes[15], 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_objects),
        cmocka_unit_test(not_json),
        cmocka_unit_test(too_many_values),
        cmocka_unit_test(members_that_the_parser_refuses_are_named),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(hundred_thousand_arrays_are_refused),
        cmocka_unit_test(large_objects_are_read),
        cmocka_unit_test(canonical_text),
        cmocka_unit_test(getters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
