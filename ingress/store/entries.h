/* entries.h - entries as api.entries shows them, and the lines of a statement. */
#ifndef INGRESS_STORE_ENTRIES_H
#define INGRESS_STORE_ENTRIES_H

#include "shared/contract/resources.h"
#include "shared/io/db.h"

struct entry_ids {
    const struct uuid *transactions;
    size_t count;
};
struct entry_list {
    struct str owner;           /* {NULL, 0}: anybody's */
    const struct uuid *account; /* NULL: any */
    struct str direction;       /* {NULL, 0}: both */
    const struct uuid *after;   /* transaction of the last entry of the page before; NULL: from the newest */
    int64_t after_number;       /* its leg; with an account, its version */
    int64_t limit;
};
struct statement_list {
    struct uuid account;
    int64_t above_version, up_to_version, limit;
};

/* args: the struct that fits. */
/* The ids as an array parameter. */
void entry_ids_param(struct db_params *p, const struct entry_ids *ids);
NODISCARD enum status entries_of_transactions(struct db *db, const void *args,
                                              PGresult **ret_result);                       /* entry_ids */
NODISCARD enum status entries_list(struct db *db, const void *args, PGresult **ret_result); /* entry_list */
NODISCARD enum status entries_statement(struct db *db, const void *args, PGresult **ret_result);

/* Strings are borrowed from r. */
struct entry_row {
    struct uuid transaction;
    int64_t leg, version, created_us;
    struct str owner; /* of the account */
    struct entry_resource entry;
};
void entry_row(const PGresult *r, int row, struct entry_row *ret_row);
/* Of entries_list: a row may be there only because enough was looked at, and the next page goes on from
   there. */
bool entry_row_is_wanted(const PGresult *r, int row);
bool entry_row_is_last(const PGresult *r, int row);

struct statement_row {
    struct uuid transaction;
    int64_t version, amount, balance_after, created_us;
    struct str direction, currency, kind, description, reference;
    struct str counterparties; /* 16 bytes for each account */
};
void statement_row(const PGresult *r, int row, struct statement_row *ret_row);

#endif
