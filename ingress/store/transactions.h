/* transactions.h - transactions as api.transactions shows them. */
#ifndef INGRESS_STORE_TRANSACTIONS_H
#define INGRESS_STORE_TRANSACTIONS_H

#include "shared/contract/resources.h"
#include "shared/io/db.h"

/* Which transactions: those of an account, of an owner, with a reference or metadata, or all. */
struct transaction_list {
    struct str owner;           /* {NULL, 0}: anybody's */
    const struct uuid *account; /* NULL: any */
    struct str kind, reference; /* {NULL, 0}: any */
    struct str metadata;        /* {NULL, 0}, or a JSON object whose members it has */
    int64_t from_us, until_us;
    const struct uuid *before; /* NULL: from the newest */
    int64_t limit;
};

/* args: struct uuid *, struct transaction_list *, struct entry_ids *. */
NODISCARD enum status transactions_find(struct db *db, const void *args, PGresult **ret_result);
NODISCARD enum status transactions_list(struct db *db, const void *args, PGresult **ret_result);
NODISCARD enum status transactions_details(struct db *db, const void *args, PGresult **ret_result);

/* Strings are borrowed from r. */
void transaction_row(const PGresult *r, int row, struct transaction_resource *ret_transaction,
                     int64_t *ret_entry_count);
/* The details of the transaction that one of r's rows is about; untouched if none is. */
void transaction_details_find(const PGresult *r, const struct uuid *transaction,
                              struct transaction_details *ret_details);
/* Whether its kind says more of itself than all do. */
bool transaction_row_has_details(const PGresult *r, int row);
/* Of a list: a row may be there only because enough was looked at, and the next page goes on from there. */
bool transaction_row_is_wanted(const PGresult *r, int row);
bool transaction_row_is_last(const PGresult *r, int row);
struct uuid transaction_row_id(const PGresult *r, int row);

#endif
