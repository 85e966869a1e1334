/* test_outcome.c - every row of outcome.def is well formed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <string.h>

#include "shared/core/outcome.h"

static void codes_are_snake_case_and_unique(void **state)
{
    (void)state;
    for (int a = 0; a < OUTCOME_COUNT; a++) {
        const char *code = outcome_code((enum outcome)a);
        size_t len = strlen(code);
        assert_in_range(len, 2, 40);
        assert_int_equal(strspn(code, "abcdefghijklmnopqrstuvwxyz_"), len);
        assert_true(code[0] != '_' && code[len - 1] != '_' && strstr(code, "__") == NULL);
        for (int b = 0; b < a; b++) {
            assert_string_not_equal(code, outcome_code((enum outcome)b));
        }
    }
}

static void sentences_are_sentences(void **state)
{
    (void)state;
    for (int o = 0; o < OUTCOME_COUNT; o++) {
        const char *sentence = outcome_sentence((enum outcome)o);
        size_t len = strlen(sentence);
        assert_in_range(len, 5, 120);
        assert_true(isupper((unsigned char)sentence[0]));
        assert_int_equal(sentence[len - 1], '.');
        for (size_t i = 0; i < len; i++) { /* they are written without escaping trouble anywhere */
            assert_true(isprint((unsigned char)sentence[i]) && sentence[i] != '"' && sentence[i] != '\\');
        }
    }
}

static void statuses_fit_what_is_stored(void **state)
{
    (void)state;
    for (int o = 0; o < OUTCOME_COUNT; o++) {
        int status = outcome_http_status((enum outcome)o);
        bool retryable = outcome_is_retryable((enum outcome)o);
        bool known = status == 200 || status == 201 || status == 202 || (status >= 400 && status <= 431) ||
                     (status >= 500 && status <= 505);
        if (!known) {
            fail_msg("%s has status %d", outcome_code((enum outcome)o), status);
        }
        /* What http-api calls "not done, try again" must never be stored; successes and refusals must be. */
        bool never_stored = status == 401 || status == 403 || status == 408 || status == 413 ||
                            status == 429 || status == 500 || status == 503 || status == 504;
        if (retryable != never_stored) {
            fail_msg("%s (%d) is %sretryable", outcome_code((enum outcome)o), status,
                     retryable ? "" : "not ");
        }
    }
}

static void some_known_rows(void **state)
{
    (void)state;
    assert_int_equal(outcome_http_status(OUTCOME_insufficient_funds), 402);
    assert_string_equal(outcome_code(OUTCOME_idempotency_key_reused), "idempotency_key_reused");
    assert_int_equal(outcome_http_status(OUTCOME_idempotency_key_reused), 409);
    assert_int_equal(outcome_http_status(OUTCOME_outcome_unknown), 504);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_snake_case_and_unique), cmocka_unit_test(sentences_are_sentences),
        cmocka_unit_test(statuses_fit_what_is_stored), cmocka_unit_test(some_known_rows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
