/* transaction_check.h - one transaction with its entries: whole, balanced, of one piece. Pure. */
#ifndef RECON_DOMAIN_TRANSACTION_CHECK_H
#define RECON_DOMAIN_TRANSACTION_CHECK_H

#include "recon-svc/domain/anomaly.h"

#define TRANSACTION_LEGS_MAX                                                                                 \
    128 /* more than one may have: those beyond are counted, which is enough to refuse it */

struct transaction_leg {
    struct uuid account, counterparty;
    int64_t number, amount, created_us;
    int64_t account_version, balance_after;
    char currency[4];
    struct str kind; /* as noted; empty: not noted */
    bool is_debit, has_counterparty;
};
struct transaction_facts {
    struct uuid id, reverses; /* zero: none */
    struct str kind;
    char currency[4];
    int64_t amount, entry_count, created_us;
    int64_t rate_numerator, rate_denominator; /* 0: none */
    bool rounds_half_even;
    size_t leg_count;
    struct transaction_leg legs[TRANSACTION_LEGS_MAX];
};

/* The latest time that it or one of its entries has. */
int64_t transaction_latest_us(const struct transaction_facts *t);
/* now_us: a time at which it was known to be there. */
void transaction_check(const struct transaction_facts *t, int64_t now_us, struct anomalies *found);

#endif
