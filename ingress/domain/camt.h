/* camt.h - an account's statement of a day as camt.053.001.08, in the order of its elements. Pure. */
#ifndef INGRESS_DOMAIN_CAMT_H
#define INGRESS_DOMAIN_CAMT_H

#include "shared/core/buf.h"
#include "shared/core/uuid.h"

struct camt_statement {
    struct uuid account;
    struct str currency;
    int32_t day;
    int64_t opening, closing; /* minor units; below zero: a debit */
    int64_t made_us;
};
struct camt_entry {
    struct uuid transaction;
    int64_t version; /* the account's: it numbers its entries */
    int64_t amount;
    bool is_credit;
    int64_t created_us;
    struct str currency, kind, reference, description; /* the last two may be empty */
};

/* Everything before the entries. */
void camt_open(const struct camt_statement *s, struct buf *out);
void camt_write_entry(const struct camt_entry *e, struct buf *out);
void camt_close(struct buf *out);

#endif
