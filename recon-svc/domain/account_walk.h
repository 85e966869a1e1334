/* account_walk.h - one account against its entries, in their order, from a place that was proved before or
   from the first on. It goes on over several reads: an account may have more entries than fit in one. Pure.
 */
#ifndef RECON_DOMAIN_ACCOUNT_WALK_H
#define RECON_DOMAIN_ACCOUNT_WALK_H

#include "recon-svc/domain/anomaly.h"

/* How far an account is proved. */
struct account_place {
    struct uuid account;
    int64_t version; /* of the last entry; 0: none */
    int64_t debits, credits;
    int64_t last_us; /* time of that entry */
};

/* The account as it is, and what its holds say, in the snapshot that its last entries were read in. */
struct account_row {
    bool is_known;
    char currency[4];
    int64_t debits_posted, credits_posted, debits_pending, credits_pending, version;
    int64_t open_holds; /* sum of what they hold */
    int64_t held;       /* the same, kept by the database */
    int64_t closed_us;  /* when it was closed; 0: it is not, or nothing tells */
    bool is_closed, may_be_negative, is_clearing;
};
struct account_entry {
    struct uuid transaction;
    int64_t version, amount, balance_after, created_us;
    bool is_debit;
    char currency[4];
};

struct account_walk {
    struct account_place place;      /* after the last entry */
    struct account_place clean;      /* before the first entry that something is wrong with */
    struct account_place checkpoint; /* what an earlier run proved: its sums must be the same still */
    bool is_clean;                   /* nothing was wrong with the entries so far */
    bool is_rewritten; /* it is not what was proved: what was is still to be seen by the next run */
    bool balance_lost; /* a running balance was wrong: those after it follow from it */
    struct anomalies *found;
    int64_t now_us, clearing_us; /* how old money on a clearing account may be */
};

void account_walk_begin(struct account_walk *w, const struct account_place *from);
/* Its next entry. row is NULL or the account: for its currency. */
void account_walk_entry(struct account_walk *w, const struct account_row *row,
                        const struct account_entry *entry);
/* After its last entry. */
void account_walk_end(struct account_walk *w, const struct account_row *row);

#endif
