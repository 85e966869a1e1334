/* test_balance.c - even or not, per currency. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ingress/domain/balance.h"

struct leg {
    const char *currency, *direction;
    int64_t amount;
};

static void test_balances(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool is_even;
        struct leg legs[4];
    } cases[] = {
        {"no entries", false, {{0}}},
        {"one pair", true, {{"EUR", "debit", 5}, {"EUR", "credit", 5}}},
        {"uneven", false, {{"EUR", "debit", 5}, {"EUR", "credit", 4}}},
        {"one side only", false, {{"EUR", "debit", 5}}},
        {"across currencies", false, {{"EUR", "debit", 5}, {"USD", "credit", 5}}},
        {"two currencies, each even",
         true,
         {{"EUR", "debit", 5}, {"USD", "debit", 7}, {"USD", "credit", 7}, {"EUR", "credit", 5}}},
        {"overflow", false, {{"EUR", "credit", INT64_MAX}, {"EUR", "credit", 1}}},
        {"no currency code", false, {{"EURO", "debit", 1}, {"EURO", "credit", 1}}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct balance b = {0};
        for (size_t k = 0; k < 4 && cases[i].legs[k].currency != NULL; k++) {
            const struct leg *leg = &cases[i].legs[k];
            balance_add(&b, str_of(leg->currency), str_of(leg->direction), leg->amount);
        }
        if (balance_is_even(&b) != cases[i].is_even) {
            fail_msg("%s", cases[i].name);
        }
    }
}

/* Two entries for each of as many currencies as a transaction can have are the most. */
static void test_too_many_currencies_are_not_even(void **state)
{
    (void)state;
    struct balance b = {0};
    for (int i = 0; i <= BALANCE_CURRENCIES_MAX; i++) {
        assert_int_equal(balance_is_even(&b), i > 0);
        char currency[] = {'A', (char)('A' + i / 26), (char)('A' + i % 26), '\0'};
        balance_add(&b, str_of(currency), STR_LIT("debit"), 1);
        balance_add(&b, str_of(currency), STR_LIT("credit"), 1);
    }
    assert_int_equal(BALANCE_CURRENCIES_MAX, 50);
    assert_false(balance_is_even(&b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_balances),
        cmocka_unit_test(test_too_many_currencies_are_not_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
