/* test_currency.c - the list is sorted and well formed; exponents that people get wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "shared/core/currency.h"

static void list_is_sorted_and_well_formed(void **state)
{
    (void)state;
    size_t count;
    const struct currency *list = currency_list(&count);
    assert_true(count > 150);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(strspn(list[i].code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), 3);
        assert_int_equal(strlen(list[i].code), 3);
        assert_in_range(list[i].exponent, 0, 4);
        assert_in_range(strlen(list[i].name), 3, 64);
        assert_true(i == 0 || strcmp(list[i - 1].code, list[i].code) < 0);
        assert_ptr_equal(currency_find(str_of(list[i].code)), &list[i]);
    }
}

static void exponents(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        int exponent;
    } cases[] = {{"EUR", 2}, {"USD", 2}, {"INR", 2}, {"HUF", 2}, {"JPY", 0}, {"KRW", 0},
                 {"CLP", 0}, {"CLF", 4}, {"KWD", 3}, {"BHD", 3}, {"TND", 3}, {"IQD", 3},
                 {"ISK", 0}, {"UYW", 4}, {"UGX", 0}, {"XOF", 0}, {"XAF", 0}, {"XCG", 2},
                 {"MGA", 2}, {"VND", 0}, {"ZWG", 2}, {"AED", 2}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct currency *found = currency_find(str_of(cases[i].code));
        if (found == NULL || found->exponent != cases[i].exponent) {
            fail_msg("%s", cases[i].code);
        }
    }
}

static void others_are_unknown(void **state)
{
    (void)state;
    static const char *const cases[] = {"",    "E",   "EU",  "usd", "Eur", "EURO", "USDX",
                                        "XXX", "XAU", "XTS", "AAA", "ZZZ", "HRK",  "BGN",
                                        "ANG", "ZWL", "   ", "E R", "EU\n"};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (currency_find(str_of(cases[i])) != NULL) {
            fail_msg("'%s' was found", cases[i]);
        }
    }
    assert_null(currency_find(str_of(NULL)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(list_is_sorted_and_well_formed),
                                       cmocka_unit_test(exponents), cmocka_unit_test(others_are_unknown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
