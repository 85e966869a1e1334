/* account_table.h - accounts as far as their entries followed each other where a full run met them, in the
   order of events: what is right need not be read a second time, account by account. It finds nothing itself:
   whatever does not follow is left to account_walk, from the first entry on. Pure but for its memory. */
#ifndef RECON_DOMAIN_ACCOUNT_TABLE_H
#define RECON_DOMAIN_ACCOUNT_TABLE_H

#include <stddef.h>

#include "recon-svc/domain/account_walk.h"

struct account_state;
struct account_table {
    struct account_state *states; /* by hash, each at its place or behind it */
    size_t count, capacity;       /* capacity: a power of two, or 0 */
    size_t max;                   /* accounts beyond so many are not kept */
};
void account_table_init(struct account_table *t, size_t max);
void account_table_free(struct account_table *t);
/* What an earlier run proved of an account: its entries have to sum to that on their way. */
void account_table_expect(struct account_table *t, const struct account_place *proved);
/* The next entry of an account that was met. */
void account_table_follow(struct account_table *t, const struct uuid *account,
                          const struct account_entry *entry);
/* Up to where an account in that currency is right; version 0 if something was not, or it is not known. */
struct account_place account_table_place(const struct account_table *t, const struct uuid *account,
                                         const char currency[4]);

#endif
