/* original.h - a posted transaction that a command wants to give back, whole or in part, with its entries and
   how much of it was given back before. Pure. */
#ifndef LEDGER_DOMAIN_ORIGINAL_H
#define LEDGER_DOMAIN_ORIGINAL_H

#include "shared/contract/resources.h"

struct original_entry {
    struct uuid account_id;
    bool is_debit;
    int64_t amount;
    char currency[4];
};
struct original {
    struct uuid id;
    struct str kind, owner;
    int64_t amount; /* the headline amount */
    char currency[4];
    struct transaction_details details; /* its texts are not loaded */
    struct original_entry *entries;     /* in order of legs */
    size_t entry_count, entry_cap;
    int64_t reversed; /* given back so far, of amount */
    int64_t updated_us;
    /* batch state */
    bool is_changed;
    int64_t loaded_reversed; /* 0: there is no row yet */
};

#endif
