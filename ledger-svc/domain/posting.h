/* posting.h - posts one balanced set of entries onto accounts and into the plan. Pure. */
#ifndef LEDGER_DOMAIN_POSTING_H
#define LEDGER_DOMAIN_POSTING_H

#include "ledger-svc/domain/command.h"
#include "ledger-svc/domain/ledger.h"

struct posting_leg {
    struct account *account;
    bool is_debit;
    bool is_held; /* a debit of money that a hold of the account holds: it is no longer pending then */
    int64_t amount;
};
struct posting {
    const char *kind;
    int64_t amount; /* the headline amount of the transaction */
    const char *currency;
    struct str description, reference, metadata;
    struct transaction_details details; /* zero for most */
    const struct posting_leg *legs;
    size_t leg_count;
};

/* A posting that was applied. */
struct posted {
    struct uuid id;
    const struct posting *posting;
    const struct entry_row *entries; /* one per leg */
    int64_t created_us;
};

/* Applies all legs, adds the transaction, its entries and the event transaction.posted (before and after:
   balances of every touched account; after also carries the transaction). The caller has checked every leg:
   an unbalanced posting or a leg that its account refuses is our own bug and asserts. False when out of
   memory. */
bool posting_post(struct ledger *l, const struct command *c, const struct posting *p,
                  struct posted *ret_posted);
/* The same, and writes the 201 answer with the transaction and the balances that the sender may see. */
void posting_apply(struct ledger *l, const struct command *c, const struct posting *p,
                   struct answer *ret_answer);

#endif
