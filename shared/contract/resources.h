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

/* What only reversals, captures and exchanges say of themselves. Zero and empty: not said. */
struct transaction_details {
    struct uuid reverses; /* the transaction that this one gives back */
    struct uuid hold;     /* the hold that this one captures */
    struct str reason;    /* of a reversal */
    int64_t rate_numerator, rate_denominator;
    struct str rounding; /* "down" or "half_even" */
};
bool transaction_details_are_empty(const struct transaction_details *d);

struct transaction_resource {
    struct uuid id;
    struct str kind, currency, description, reference, metadata; /* empty text: null; empty metadata: {} */
    int64_t amount, created_us;
    struct transaction_details details;
};
/* Opens {"id","kind","amount","currency","description","reference","metadata","created_at" with those of
   "reverses","hold","reason","rate":{"numerator","denominator"},"rounding" that its kind has, and leaves it
   open, so that the caller adds "entries", "balances", "balanced" and closes the object. */
void transaction_open(struct json_out *out, const struct transaction_resource *t);

struct hold_resource {
    struct uuid id, account, destination, capture; /* capture: the newest one; zero: none */
    struct str owner, currency, status, description, reference, metadata;
    int64_t amount, captured, expires_us, created_us, updated_us;
    bool is_open; /* amount - captured is held */
};
/* {"id","account","destination","owner","amount","captured","held","currency","status","capture_transaction",
   "description","reference","metadata","expires_at","created_at","updated_at"} */
void hold_write(struct json_out *out, const struct hold_resource *h);

#endif
