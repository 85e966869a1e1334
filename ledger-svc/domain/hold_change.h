/* hold_change.h - what all commands on holds share: who may, the change itself with its event, the answer.
 * Pure. */
#ifndef LEDGER_DOMAIN_HOLD_CHANGE_H
#define LEDGER_DOMAIN_HOLD_CHANGE_H

#include "ledger-svc/domain/command.h"

/* A hold with its accounts; destination is NULL while a system account was never used. */
struct hold_accounts {
    struct hold *hold;
    struct account *account, *destination;
};

/* OUTCOME_ok and the hold, or why not: not_found when it is unknown or does not concern the sender, forbidden
   when the sender owns the account but did not authorize the hold and is not staff, internal_error when the
   account does not hold what the hold says. */
enum outcome hold_find(const struct ledger *l, const struct command *c, const struct uuid *id,
                       struct hold_accounts *ret);
/* Whether its time is over, by the batch's clock. */
bool hold_is_due(const struct ledger *l, const struct hold *h);

/* The hold's JSON, kept. */
struct str hold_text(struct ledger *l, const struct hold *h);
/* Takes the hold to its next status and adds the event; before is its JSON from before the change. What an
   open hold held and a final one does not is available again. */
struct hold_step {
    enum hold_status to;
    const char *fact; /* "hold.released" */
    struct str before;
};
void hold_take(struct ledger *l, const struct command *c, const struct hold_accounts *h,
               const struct hold_step *step);
/* Ends a hold whose time is over: its money is available again. */
void hold_expire(struct ledger *l, const struct command *c, const struct hold_accounts *h);
/* 200 {"hold":{...}} */
void answer_hold(struct ledger *l, struct answer *ret_answer, const struct hold *h);

#endif
