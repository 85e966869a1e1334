/* test_ndjson.c - lines as items; which line is to blame. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "ingress/domain/ndjson.h"

static const struct ndjson_limits limits = {.lines_max = 3, .values_max = 4};

static void lines_become_items(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t wanted;
    } cases[] = {
        {"", 0},
        {"{}", 1},
        {"{}\n", 1},
        {"{\"a\":1}\n{\"a\":2}", 2},
        {"{\"a\":1}\r\n{\"a\":\"x\\ny\"}\r\n", 2},
        {"{}\n{}\n{}\n", 3},
        {"{}\n{}\n{}\n{}\n{}\n{\n",
         4}, /* one too many, for the list to be refused; the rest is not looked at */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *list CLEANUP(json_decref_ptr) = NULL;
        struct problem p;
        if (ndjson_read(str_of(cases[i].text), "list", &limits, &list, &p) != STATUS_OK) {
            fail_msg("%s: %s", cases[i].text, p.detail);
        }
        assert_int_equal(json_array_size(list), cases[i].wanted);
    }
}

static void the_line_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *detail, *pointer;
        enum outcome outcome;
    } cases[] = {
        {"{}\n\n{}\n", "Line 2. The body is empty.", NULL, OUTCOME_invalid_json},
        {"\n", "Line 1. The body is empty.", NULL, OUTCOME_invalid_json},
        {"{}\n[]", "Line 2. The body must be a JSON object.", NULL, OUTCOME_invalid_json},
        {"{} {}", "Line 1. At byte 4: text after the object.", NULL, OUTCOME_invalid_json},
        {"{}\n{}\n{\"a\":1,\"a\":2}", "Line 3.", "/list/2/a", OUTCOME_duplicate_field},
        {"{\"a\":[1,2,3,4]}", "Line 1. The body holds more than 4 values.", NULL, OUTCOME_invalid_json},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *list = NULL;
        struct problem p;
        enum status s = ndjson_read(str_of(cases[i].text), "list", &limits, &list, &p);
        if (s != STATUS_INVALID || p.outcome != cases[i].outcome || strcmp(p.detail, cases[i].detail) != 0) {
            fail_msg("%s: %s %s", cases[i].text, outcome_code(p.outcome), p.detail);
        }
        assert_null(list);
        assert_int_equal(p.error_count, cases[i].pointer != NULL);
        assert_true(cases[i].pointer == NULL || strcmp(p.errors[0].pointer, cases[i].pointer) == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lines_become_items),
                                       cmocka_unit_test(the_line_is_named)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
