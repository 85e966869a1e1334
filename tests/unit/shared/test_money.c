/* test_money.c - bounds of amounts and sums that do not wrap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shared/core/money.h"

static void amounts(void **state)
{
    (void)state;
    static const struct {
        int64_t amount;
        bool valid;
    } cases[] = {{1, true},   {MONEY_AMOUNT_MAX, true},      {1250, true},       {0, false},
                 {-1, false}, {MONEY_AMOUNT_MAX + 1, false}, {INT64_MAX, false}, {INT64_MIN, false}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (money_amount_valid(cases[i].amount) != cases[i].valid) {
            fail_msg("%lld", (long long)cases[i].amount);
        }
    }
}

static void sums_are_checked(void **state)
{
    (void)state;
    int64_t result = 7;
    assert_int_equal(money_add(2, 3, &result), STATUS_OK);
    assert_int_equal(result, 5);
    assert_int_equal(money_add(INT64_MAX, 1, &result), STATUS_FULL);
    assert_int_equal(money_add(INT64_MIN, -1, &result), STATUS_FULL);
    assert_int_equal(money_add(1000000000000000000 * 5, 1000000000000000000 * 5, &result), STATUS_FULL);
    assert_int_equal(result, 5); /* untouched */
    assert_int_equal(money_add(INT64_MAX, 0, &result), STATUS_OK);
    assert_true(result == INT64_MAX);
}

static void differences_are_checked(void **state)
{
    (void)state;
    int64_t result = 7;
    assert_int_equal(money_sub(2, 3, &result), STATUS_OK);
    assert_int_equal(result, -1);
    assert_int_equal(money_sub(INT64_MIN, 1, &result), STATUS_FULL);
    assert_int_equal(money_sub(0, INT64_MIN, &result), STATUS_FULL);
    assert_int_equal(result, -1);
    assert_int_equal(money_sub(-1, INT64_MIN, &result), STATUS_OK);
    assert_true(result == INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(amounts), cmocka_unit_test(sums_are_checked),
                                       cmocka_unit_test(differences_are_checked)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
