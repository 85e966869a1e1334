/* transfer.h - a transfer, alone or as one of a batch: its data and its rules. Pure. */
#ifndef LEDGER_DOMAIN_TRANSFER_H
#define LEDGER_DOMAIN_TRANSFER_H

#include "ledger-svc/domain/posting.h"

struct transfer {
    struct uuid from_account, to_account;
    int64_t amount;
    char currency[4]; /* empty: that of the accounts */
    struct str description, reference, metadata;
};
/* The entries of a transfer that may be made. It points into itself: not to be copied. */
struct transfer_posting {
    struct posting_leg legs[2];
    struct posting posting;
};

/* data has passed the fields of transfer.create. False when out of memory. */
NODISCARD bool transfer_decode(const json_t *data, struct arena *a, struct transfer *ret_transfer);
void transfer_needs(const struct transfer *t, struct needs *n, struct arena *a);
/* May c's sender make it now? Its posting, or false with the refusal. In order of precedence:
     same_account           from_account and to_account are the same
     account_not_found      from_account is unknown, or not the sender's
     account_not_found      to_account is unknown
     currency_mismatch      currency is given and is not from_account's
     currency_mismatch      the accounts' currencies differ
     account_closed, account_frozen, insufficient_funds, balance_overflow   from_account
     account_closed, balance_overflow                                       to_account */
bool transfer_prepare(struct ledger *l, const struct command *c, const struct transfer *t,
                      struct transfer_posting *ret_posting, struct answer *ret_refusal);

#endif
