/* test_check.c - the table of checks: codes are there once, families are those of the summary, numbers are
 * R01 and so on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "recon-svc/domain/check.h"

static void every_row_is_whole(void **state)
{
    (void)state;
    for (int c = 0; c < CHECK_COUNT; c++) {
        const struct check_row *row = check_row((enum check)c);
        enum check found;
        bool is_family = false;
        assert_int_equal(check_find(str_of(row->code), &found), STATUS_OK);
        assert_int_equal(found, c);
        assert_int_equal(strlen(row->number), 3);
        assert_int_equal(row->number[0], 'R');
        assert_int_equal(row->sentence[strlen(row->sentence) - 1], '.');
        for (size_t f = 0; check_families[f] != NULL; f++) {
            is_family = is_family || strcmp(check_families[f], row->family) == 0;
        }
        assert_true(is_family);
    }
}

static void every_family_has_a_check(void **state)
{
    (void)state;
    for (size_t f = 0; check_families[f] != NULL; f++) {
        bool is_used = false;
        for (int c = 0; c < CHECK_COUNT; c++) {
            is_used = is_used || strcmp(check_families[f], check_row((enum check)c)->family) == 0;
        }
        assert_true(is_used);
    }
}

static void unknown_codes_are_refused(void **state)
{
    (void)state;
    enum check found;
    assert_int_equal(check_find(STR_LIT("nothing"), &found), STATUS_NOT_FOUND);
    assert_string_equal(severity_word(SEVERITY_critical), "critical");
    assert_string_equal(severity_word(SEVERITY_warning), "warning");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_whole),
        cmocka_unit_test(every_family_has_a_check),
        cmocka_unit_test(unknown_codes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
