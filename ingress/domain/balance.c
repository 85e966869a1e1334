/* balance.c - see balance.h. */
#include "ingress/domain/balance.h"

#include <stdio.h>
#include <string.h>

#include "shared/core/money.h"

static size_t find(const struct balance *b, struct str currency)
{
    size_t i = 0;
    while (i < b->currency_count && !str_eq_c(currency, b->currencies[i].currency)) {
        i++;
    }
    return i;
}

void balance_add(struct balance *b, struct str currency, struct str direction, int64_t amount)
{
    b->entries++;
    size_t i = find(b, currency);
    if (i == BALANCE_CURRENCIES_MAX || currency.len >= sizeof(b->currencies[0].currency)) {
        b->failed = true;
        return;
    }
    if (i == b->currency_count) {
        b->currency_count++;
        b->currencies[i].net = 0;
        snprintf(b->currencies[i].currency, sizeof(b->currencies[i].currency), "%.*s", (int)currency.len,
                 currency.data);
    }
    int64_t *net = &b->currencies[i].net;
    enum status s =
        str_eq_c(direction, "credit") ? money_add(*net, amount, net) : money_sub(*net, amount, net);
    b->failed = b->failed || s != STATUS_OK;
}

bool balance_is_even(const struct balance *b)
{
    for (size_t i = 0; i < b->currency_count; i++) {
        if (b->currencies[i].net != 0) {
            return false;
        }
    }
    return !b->failed && b->entries > 0;
}
