/* currency.c - binary search in currency.def. */
#include "shared/core/currency.h"

#include <string.h>

static const struct currency currencies[] = {
#define CURRENCY(code, exponent, name) {#code, exponent, name},
#include "shared/core/currency.def"
#undef CURRENCY
};
#define CURRENCY_COUNT (sizeof(currencies) / sizeof(currencies[0]))

const struct currency *currency_find(struct str code)
{
    if (code.len != 3) {
        return NULL;
    }
    size_t low = 0, high = CURRENCY_COUNT;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = memcmp(code.data, currencies[middle].code, 3);
        if (order == 0) {
            return &currencies[middle];
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

const struct currency *currency_list(size_t *ret_count)
{
    *ret_count = CURRENCY_COUNT;
    return currencies;
}
