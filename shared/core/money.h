/* money.h - amounts in minor units and checked sums. Integers only. Pure. */
#ifndef SHARED_CORE_MONEY_H
#define SHARED_CORE_MONEY_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/core/status.h"

#define MONEY_AMOUNT_MAX INT64_C(9007199254740991) /* 2^53 - 1: what every JSON reader can hold */

bool money_amount_valid(int64_t amount); /* 1 .. MONEY_AMOUNT_MAX */
/* STATUS_FULL on int64 overflow, *ret_sum untouched. */
NODISCARD enum status money_add(int64_t a, int64_t b, int64_t *ret_sum);
NODISCARD enum status money_sub(int64_t a, int64_t b, int64_t *ret_difference);

#endif
