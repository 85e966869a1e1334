/* test_scope.c - words, sets and what implies what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "shared/contract/scope.h"

static struct scope_set set_of(const char *words)
{
    struct scope_set set = {0};
    assert_int_equal(scope_set_parse(str_of(words), &set), STATUS_OK);
    return set;
}

static void test_every_word_parses_to_itself(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SCOPE_COUNT; i++) {
        enum scope s = SCOPE_COUNT;
        assert_int_equal(scope_parse(str_of(scope_word((enum scope)i)), &s), STATUS_OK);
        assert_int_equal(s, i);
        assert_non_null(scope_help(s));
    }
}

static void test_sets_parse_or_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *words;
        enum status wanted;
        uint32_t bits;
    } cases[] = {
        {"", STATUS_OK, 0},
        {"ops", STATUS_OK, 1u << SCOPE_ops},
        {"accounts:read,accounts:write", STATUS_OK, 1u << SCOPE_accounts_read | 1u << SCOPE_accounts_write},
        {" admin  ops ", STATUS_OK, 1u << SCOPE_admin | 1u << SCOPE_ops},
        {"Admin", STATUS_INVALID, 0},
        {"accounts:read;ops", STATUS_INVALID, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct scope_set set = {0};
        assert_int_equal(scope_set_parse(str_of(cases[i].words), &set), cases[i].wanted);
        assert_int_equal(set.bits, cases[i].bits);
    }
}

static void test_what_implies_what(void **state)
{
    (void)state;
    static const struct {
        const char *granted;
        enum scope needed;
        bool allowed, staff;
    } cases[] = {
        {"", SCOPE_accounts_read, false, false},
        {"accounts:read", SCOPE_accounts_read, true, false},
        {"accounts:write", SCOPE_accounts_read, false, false},
        {"ops", SCOPE_accounts_read, true, true},
        {"ops", SCOPE_transactions_write, false, true},
        {"ops", SCOPE_admin, false, true},
        {"admin", SCOPE_deposits_write, true, true},
        {"admin", SCOPE_ops, true, true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct scope_set set = set_of(cases[i].granted);
        assert_int_equal(scope_set_allows(set, cases[i].needed), cases[i].allowed);
        assert_int_equal(scope_set_is_staff(set), cases[i].staff);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_word_parses_to_itself),
        cmocka_unit_test(test_sets_parse_or_are_refused),
        cmocka_unit_test(test_what_implies_what),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
