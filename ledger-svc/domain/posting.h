/* posting.h - posts one balanced set of entries onto accounts and into the plan. Pure. */
#ifndef LEDGER_DOMAIN_POSTING_H
#define LEDGER_DOMAIN_POSTING_H

#include "ledger-svc/domain/command.h"
#include "ledger-svc/domain/ledger.h"

#define POSTING_LEGS_MAX 100 /* the table's CHECK has the same number */

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

/* The system account, made now with its event if this is its first use; NULL when out of memory. */
struct account *posting_system_account(struct ledger *l, const struct command *c, enum account_role role,
                                       const char *currency);

/* What the legs take from the account altogether; below 0: they give. */
int64_t posting_net_debit(const struct posting_leg *legs, size_t count, const struct account *a);
/* May the legs be posted? OUTCOME_ok, or the first refusal and its leg, in three rounds over all legs in
   order: account_closed, account_frozen; insufficient_funds, for which what is available only has to suffice
   for all legs of an account together, as nobody ever sees less; balance_overflow, each leg with all before
   it. That an account is full tells what it has, so it is told only to who has the money to fill it. */
enum outcome posting_check(const struct posting_leg *legs, size_t count, size_t *ret_leg);

/* Applies all legs, adds the transaction, its entries and the event transaction.posted (before and after:
   balances of every touched account; after also carries the transaction). The caller has checked every leg:
   an unbalanced posting or a leg that its account refuses is our own bug and asserts. False when out of
   memory. */
bool posting_post(struct ledger *l, const struct command *c, const struct posting *p,
                  struct posted *ret_posted);
/* The same, and writes the 201 answer with the transaction and the balances that the sender may see. */
void posting_apply(struct ledger *l, const struct command *c, const struct posting *p,
                   struct answer *ret_answer);
/* The same as one of several: its transaction is written there, without balances, and nothing if memory ran
 * out.
 */
void posting_apply_into(struct ledger *l, const struct command *c, const struct posting *p,
                        struct json_out *json);
/* The most bytes that its transaction and balances can take in an answer. */
size_t posting_text_max(const struct posting *p);

#endif
