/* test_fact.c - which patterns match which facts, and which match none at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "shared/contract/fact.h"

static void patterns(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *type;
        bool matches;
    } cases[] = {
        {"*", "account.created", true},
        {"account.*", "account.created", true},
        {"account.created", "account.created", true},
        {"account.created", "account.createdx", false},
        {"account.create", "account.created", false},
        {"account.*", "accounts.created", false},
        {"account.*", "account.", false},
        {"account*", "account.created", false},
        {"acc*", "account.created", false},
        {"*.created", "account.created", false},
        {"**", "account.created", false},
        {".*", "account.created", false},
        {"", "account.created", false},
        {"Account.*", "account.created", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        print_message("  %s %s\n", cases[i].pattern, cases[i].type);
        assert_int_equal(fact_matches(str_of(cases[i].pattern), str_of(cases[i].type)), cases[i].matches);
    }
}

static void known_patterns(void **state)
{
    (void)state;
    static const char *const known[] = {"*", "hold.*", "transaction.posted", "webhook_endpoint.disabled"};
    static const char *const unknown[] = {"",    "hold", "hold.", "hold.*.*", "transaction.created",
                                          "*.*", "a.*"};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        assert_true(fact_pattern_is_known(str_of(known[i])));
    }
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        assert_false(fact_pattern_is_known(str_of(unknown[i])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(patterns), cmocka_unit_test(known_patterns)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
