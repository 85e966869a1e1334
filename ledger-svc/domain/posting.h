/* posting.h - posts one balanced set of entries onto accounts and into the plan. Pure. */
#ifndef LEDGER_DOMAIN_POSTING_H
#define LEDGER_DOMAIN_POSTING_H

#include "ledger-svc/domain/command.h"
#include "ledger-svc/domain/ledger.h"

struct posting_leg {
    struct account *account;
    bool is_debit;
    int64_t amount;
};
struct posting {
    const char *kind;
    int64_t amount; /* the headline amount of the transaction */
    const char *currency;
    struct str description, reference, metadata;
    const struct posting_leg *legs;
    size_t leg_count;
};

/* Applies all legs, adds the transaction, its entries and the event transaction.posted (before and after:
   balances of every touched account; after also carries the transaction), and writes the 201 answer. The
   caller has checked every leg: an unbalanced posting or a leg that its account refuses is our own bug and
   asserts. */
void posting_apply(struct ledger *l, const struct command *c, const struct posting *p,
                   struct answer *ret_answer);

#endif
