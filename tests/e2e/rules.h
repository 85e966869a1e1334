/* rules.h - what may happen to money, as the contract says it and knowing nothing of the ledger's own code:
   may this call be done in this state of the world, and if not, why not? */
#ifndef TESTS_E2E_RULES_H
#define TESTS_E2E_RULES_H

#include "tests/e2e/calls.h"
#include "tests/e2e/evidence.h"

struct rules_verdict {
    const char *code;            /* of the refusal; "" for what is already so; NULL: it may be done */
    int64_t available, required; /* with insufficient_funds */
    bool hides_available;        /* from a sender who may not use the account */
};
/* May its sender name what it names? The same at all times, and asked before anything about money. */
struct rules_verdict rules_may_ask(const struct evidence *world, const struct call *c);
/* The accounts of some legs: those that give must be the sender's to use, those that take to pay into. */
struct rules_verdict rules_may_name(const struct evidence *world, const struct call *c, int first, int end);
/* Spend from it, and know what is there. */
bool rules_may_use(const struct call *c, const struct evidence_account *a);
/* now_us: the moment, by which holds expire. */
struct rules_verdict rules_decide(const struct evidence *world, const struct call *c, int64_t now_us);

/* The entries that a reversal of that amount has, 0: of all that is left; how many. */
int rules_reversed(const struct evidence *world, const struct call *c,
                   struct call_leg ret_legs[CALL_LEGS_MAX]);

bool rules_hold_is_open(const struct evidence_hold *h);
int64_t rules_posted(const struct evidence_account *a);
int64_t rules_available(const struct evidence_account *a);
/* A batch's item is two legs of it; the others see what it does. */
struct rules_verdict rules_decide_item(const struct evidence *world, const struct call *c, int item);
/* NULL: the account that is meant is not a known one; then any with this role is meant. */
const char *rules_role_of(const struct call *c, const struct call_leg *leg);

#endif
