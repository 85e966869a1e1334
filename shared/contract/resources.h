/* resources.h - JSON shapes of accounts, transactions and entries, one for answers and reads. Pure. */
#ifndef SHARED_CONTRACT_RESOURCES_H
#define SHARED_CONTRACT_RESOURCES_H

#include "shared/core/json_out.h"

struct account_resource {
    struct uuid id;
    struct str owner, type, currency, name, status;
    int64_t debits_posted, credits_posted, debits_pending, credits_pending, version, created_us;
    struct str metadata; /* JSON object text; empty writes {} */
};
/* {"id","owner","type","currency","name","status","posted","held","available","debits_posted","credits_posted",
   "debits_pending","credits_pending","version","created_at","metadata"} */
void account_write(struct json_out *out, const struct account_resource *a);

struct entry_resource {
    struct uuid account;
    struct str direction, currency; /* "debit" or "credit" */
    int64_t amount, balance_after;
    bool may_read_balance; /* false: balance_after is written as null */
};
/* {"account","direction","amount","currency","balance_after"} */
void entry_write(struct json_out *out, const struct entry_resource *e);
/* The same, left open for further members. */
void entry_open(struct json_out *out, const struct entry_resource *e);

struct transaction_resource {
    struct uuid id;
    struct str kind, currency, description, reference, metadata; /* empty text: null; empty metadata: {} */
    int64_t amount, created_us;
};
/* Opens {"id","kind","amount","currency","description","reference","metadata","created_at" and leaves it
   open, so that the caller adds "entries", "balances", "balanced" and closes the object. */
void transaction_open(struct json_out *out, const struct transaction_resource *t);

#endif
