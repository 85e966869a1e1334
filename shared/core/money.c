/* money.c - checked sums. */
#include "shared/core/money.h"

bool money_amount_valid(int64_t amount)
{
    return amount >= 1 && amount <= MONEY_AMOUNT_MAX;
}

enum status money_add(int64_t a, int64_t b, int64_t *ret_sum)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum)) {
        return STATUS_FULL;
    }
    *ret_sum = sum;
    return STATUS_OK;
}

enum status money_sub(int64_t a, int64_t b, int64_t *ret_difference)
{
    int64_t difference;
    if (__builtin_sub_overflow(a, b, &difference)) {
        return STATUS_FULL;
    }
    *ret_difference = difference;
    return STATUS_OK;
}
