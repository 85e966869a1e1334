/* statements.h - the rows of statements: what is known of an account's earlier ones and of its entries, and
   the new one with its lines and results. All of it within a transaction that may write. */
#ifndef RECON_STORE_STATEMENTS_H
#define RECON_STORE_STATEMENTS_H

#include "recon-svc/domain/statement_match.h"
#include "recon-svc/store/session.h"
#include "shared/contract/bank_statement.h"
#include "shared/core/digest.h"

struct statement_file {
    struct uuid id, account;
    struct digest hash;
    const char *format;
    struct str actor, owner; /* owner: whose account it has to be; empty: anybody's */
    bool is_mirrored;        /* what the bank credits is what we debit: money of ours that is there */
};

/* STATUS_NOT_FOUND: there is no such account. */
NODISCARD enum status statements_find_account(struct store *s, struct statement_file *f,
                                              char ret_currency[4]);
/* Others of the account wait until the transaction ends. */
NODISCARD enum status statements_lock(struct store *s, const struct uuid *account);
/* STATUS_NOT_FOUND: the file is new. */
NODISCARD enum status statements_find_same(struct store *s, const struct statement_file *f,
                                           struct uuid *ret_id);
/* Marks the lines that an earlier statement has had. */
NODISCARD enum status statements_mark_seen(struct store *s, const struct uuid *account, struct statement *st,
                                           struct arena *arena);

struct statement_entries {
    struct match_entry *all;
    size_t count, cap;
};
/* Entries of the statement's days and days_apart and MATCH_LOOK_DAYS around them, and those that its lines
   name by their ids; without those that another statement explains. STATUS_FULL: more than MATCH_ENTRIES_MAX.
 */
NODISCARD enum status statements_load_entries(struct store *s, const struct statement_file *f,
                                              const struct match_input *in, struct arena *arena,
                                              struct statement_entries *ret);

NODISCARD enum status statements_insert(struct store *s, const struct statement_file *f,
                                        const struct statement *st, const struct match_input *in,
                                        const struct match_pairs *pairs);
/* Lines of earlier statements that we did not have and have by now. */
NODISCARD enum status statements_settle(struct store *s, int64_t *ret_settled);

NODISCARD enum status statements_read(struct store *s, const struct uuid *id, PGresult **ret_result);
/* Texts are borrowed from r. */
void statement_row(const PGresult *r, int row, struct bank_statement_resource *ret);
/* sum_unmatched.sql: STATUS_OK with currency (data NULL: not readable), result, rows, amount, first day
   (NULL: none is readable). */
NODISCARD enum status statements_sum_unmatched(struct store *s, PGresult **ret_result);

/* For statements_insert: statement_results.c. */
NODISCARD enum status statements_insert_results(struct store *s, const struct statement_file *f,
                                                const struct match_input *in,
                                                const struct match_pairs *pairs);

#endif
