/* test_problem.c - members left out when empty, limits, text cut without breaking a character. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <string.h>

#include "shared/core/problem.h"

static void smallest(void **state)
{
    (void)state;
    struct problem p;
    struct buf b;
    problem_init(&p, OUTCOME_not_found);
    buf_init(&b, 1000);
    problem_write(&p, &b);
    assert_string_equal(b.data, "{\"type\":\"/problems/not_found\",\"title\":\"There is nothing here.\","
                                "\"status\":404,\"code\":\"not_found\"}");
    buf_free(&b);
}

static void with_all_members_and_two_of_the_case(void **state)
{
    (void)state;
    struct problem p;
    struct buf b;
    struct json_out out;
    problem_init(&p, OUTCOME_insufficient_funds);
    problem_detail(&p, "%d is more than \"%d\".", 5, 4);
    p.request_id = STR_LIT("req-1");
    problem_add_error(&p, "/amount", "is %s", "too much");
    problem_add_error(&p, "?limit", "is odd");
    buf_init(&b, 1000);
    json_out_init(&out, &b);
    problem_open(&p, &out);
    json_key(&out, "available");
    json_int(&out, 4);
    problem_close(&out);
    assert_string_equal(b.data, "{\"type\":\"/problems/insufficient_funds\","
                                "\"title\":\"The account has not enough available money.\",\"status\":402,"
                                "\"code\":\"insufficient_funds\",\"detail\":\"5 is more than \\\"4\\\".\","
                                "\"request_id\":\"req-1\",\"errors\":["
                                "{\"pointer\":\"/amount\",\"detail\":\"is too much\"},"
                                "{\"pointer\":\"?limit\",\"detail\":\"is odd\"}],\"available\":4}");
    buf_free(&b);
}

static void every_outcome_gives_a_document(void **state)
{
    (void)state;
    for (int o = 0; o < OUTCOME_COUNT; o++) {
        struct problem p;
        struct buf b;
        problem_init(&p, (enum outcome)o);
        buf_init(&b, 1000);
        problem_write(&p, &b);
        json_t *root = json_loadb(b.data, b.len, 0, NULL);
        assert_string_equal(json_string_value(json_object_get(root, "code")), outcome_code((enum outcome)o));
        json_decref(root);
        buf_free(&b);
    }
}

static void errors_beyond_the_limit_are_dropped(void **state)
{
    (void)state;
    struct problem p;
    problem_init(&p, OUTCOME_unknown_field);
    for (int i = 0; i < 1000; i++) {
        problem_add_error(&p, "/x", "%d", i);
    }
    assert_int_equal(p.error_count, PROBLEM_ERRORS_MAX);
    assert_string_equal(p.errors[PROBLEM_ERRORS_MAX - 1].detail, "15");
}

/* Characters of 1 to 4 bytes at every offset from the cut: the document stays UTF-8. */
static void long_texts_are_cut_between_characters(void **state)
{
    (void)state;
    static const char *const characters[] = {"x", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
    for (size_t c = 0; c < 4; c++) {
        for (size_t offset = 0; offset < 4; offset++) {
            char text[1000] = "abcd";
            text[offset] = '\0';
            while (strlen(text) < 600) {
                strncat(text, characters[c], 4);
            }
            struct problem p;
            struct buf b;
            problem_init(&p, OUTCOME_unknown_field);
            problem_detail(&p, "%s", text);
            problem_add_error(&p, text, "%s", text);
            assert_in_range(strlen(p.detail), 252, 255);
            assert_in_range(strlen(p.errors[0].pointer), 252, 255);
            assert_in_range(strlen(p.errors[0].detail), 196, 199);
            buf_init(&b, 10000);
            problem_write(&p, &b);
            json_t *root = json_loadb(b.data, b.len, 0, NULL);
            assert_non_null(root);
            json_decref(root);
            buf_free(&b);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(smallest),
                                       cmocka_unit_test(with_all_members_and_two_of_the_case),
                                       cmocka_unit_test(every_outcome_gives_a_document),
                                       cmocka_unit_test(errors_beyond_the_limit_are_dropped),
                                       cmocka_unit_test(long_texts_are_cut_between_characters)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
