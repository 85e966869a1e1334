/* currency.h - ISO 4217 codes, exponents and names of currency.def; the database has the same. Pure. */
#ifndef SHARED_CORE_CURRENCY_H
#define SHARED_CORE_CURRENCY_H

#include <stddef.h>

#include "shared/core/buf.h"

struct currency {
    const char *code; /* three upper-case letters */
    int exponent;     /* digits after the point: JPY 0, EUR 2, KWD 3 */
    const char *name;
};

/* NULL if the code is not one of ours. */
const struct currency *currency_find(struct str code);
/* All of them in order of code. */
const struct currency *currency_list(size_t *ret_count);

#endif
