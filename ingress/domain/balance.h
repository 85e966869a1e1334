/* balance.h - do a transaction's entries add up to nothing in every currency? Pure. */
#ifndef INGRESS_DOMAIN_BALANCE_H
#define INGRESS_DOMAIN_BALANCE_H

#include <stdint.h>

#include "shared/core/buf.h"

#define BALANCE_CURRENCIES_MAX 50 /* two of a transaction's 100 entries for each */

struct balance {
    int64_t entries;
    size_t currency_count;
    struct {
        char currency[4];
        int64_t net; /* credits - debits */
    } currencies[BALANCE_CURRENCIES_MAX];
    bool failed; /* overflow, or more currencies than fit: then it is not even */
};

void balance_add(struct balance *b, struct str currency, struct str direction, int64_t amount);
bool balance_is_even(const struct balance *b);

#endif
