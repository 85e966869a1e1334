/* accounts.h - accounts and what they held, as api.accounts and api.entries show them. An owner of {NULL, 0}
   means anybody's; a found account of somebody else is not found. */
#ifndef INGRESS_STORE_ACCOUNTS_H
#define INGRESS_STORE_ACCOUNTS_H

#include "ingress/store/bounds.h"
#include "shared/contract/resources.h"
#include "shared/io/db.h"

struct account_key {
    struct uuid id;
    struct str owner;
};
#define ACCOUNTS_FIND_MAX 64
struct account_ids {
    size_t count;
    struct uuid ids[ACCOUNTS_FIND_MAX];
};
struct account_list {
    struct str owner, type, currency, status; /* {NULL, 0}: any */
    struct str metadata;                      /* a JSON object whose members it has */
    int64_t from_us, until_us;
    struct uuid before; /* all bits set: from the newest */
    int64_t limit;
};
struct balance_key {
    struct account_key account;
    int64_t before_us;
};
struct statement_key {
    struct account_key account;
    int64_t from_us, until_us; /* TIME_FIRST_US and TIME_LAST_US: no bound */
};
/* An account's balances at both ends of a time, and the versions in between: (opening, closing]. */
struct statement_range {
    struct account_resource account;
    int64_t opening_version, opening_balance, closing_version, closing_balance;
};

/* One row for each that exists, whoever owns it, in any order. */
NODISCARD enum status accounts_find(struct db *db, const struct account_ids *ids, PGresult **ret_result);
/* Each runs one statement; args points to the struct above that fits. */
NODISCARD enum status accounts_list(struct db *db, const void *args,
                                    PGresult **ret_result); /* account_list */
NODISCARD enum status accounts_balance_at(struct db *db, const void *args,
                                          PGresult **ret_result); /* balance_key */
NODISCARD enum status accounts_statement_range(struct db *db, const void *args, PGresult **ret_result);

/* How many accounts the owner has; above ACCOUNTS_ASKED_MAX, asking each takes too long, and how many is not
   counted. */
#define ACCOUNTS_ASKED_MAX 500
NODISCARD enum status accounts_count(struct db *db, struct str owner, int64_t *ret_count);

/* Strings are borrowed from r. */
void account_row(const PGresult *r, int row, struct account_resource *ret_account);
struct uuid account_row_id(const PGresult *r, int row); /* of account_row, alone */
int64_t balance_row(const PGresult *r, struct str *ret_currency, int64_t *ret_version);
void statement_range_row(const PGresult *r, struct statement_range *ret_range);

#endif
