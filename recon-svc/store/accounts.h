/* accounts.h - accounts with their next entries, and how far they are proved. */
#ifndef RECON_STORE_ACCOUNTS_H
#define RECON_STORE_ACCOUNTS_H

#include "recon-svc/domain/account_table.h"
#include "recon-svc/domain/account_walk.h"
#include "recon-svc/store/session.h"

#define ACCOUNTS_PART        500
#define ACCOUNT_ENTRIES_PART 20000

/* Some accounts in their order; results are the caller's (CLEANUP(account_part_free)). */
struct account_part {
    PGresult *rows, *entries;
};
void account_part_free(struct account_part *p);
/* Within a snapshot: first the accounts ids[0..count-1], then their entries after the places given. */
NODISCARD enum status accounts_load(struct store *s, const struct uuid *ids, size_t count,
                                    struct account_part *p);
NODISCARD enum status accounts_load_entries(struct store *s, const struct account_place *places, size_t count,
                                            struct account_part *p);

struct account_row account_part_row(const struct account_part *p, int i);
struct account_place account_part_proved(const struct account_part *p, int i, const struct uuid *id);
/* ret_account: which of the accounts it is of. */
struct account_entry account_part_entry(const struct account_part *p, int i, int *ret_account);

/* One page of what was proved of accounts after *after goes to the table; *after becomes the last one. */
NODISCARD enum status accounts_list_proved(struct store *s, struct uuid *after, struct account_table *table,
                                           size_t *ret_count);
NODISCARD enum status accounts_save_proved(struct store *s, const struct account_place *places, size_t count);

#endif
