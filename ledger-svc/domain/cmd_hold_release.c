/* cmd_hold_release.c - hold.release gives the rest of a hold free, hold.expire does so when its time is over.
   Refusals of hold.release in order of precedence:
     not_found            the hold is unknown, or concerns neither the sender nor the sender's account
     forbidden            the sender owns the account, did not authorize the hold and is not staff
     invalid_hold_state   it was captured or released
     hold_expired         it has expired, or its time is over: then it expires now
   hold.expire is ledger-svc's own (edge/expiry.c): a hold that is not open or not due is left as it is. */
#include "ledger-svc/domain/hold_change.h"

struct hold_ref {
    struct uuid hold;
};

void *hold_release_decode(const struct command_envelope *e, struct arena *a)
{
    struct hold_ref *r = arena_alloc(a, sizeof(*r));
    if (r == NULL) {
        return NULL;
    }
    (void)json_get_id(e->data, "hold", "hold", &r->hold);
    return r;
}

void hold_release_needs(const struct command *c, struct needs *n, struct arena *a)
{
    const struct hold_ref *r = c->data;
    needs_hold(n, a, &r->hold);
}

void hold_release_decide(struct ledger *l, const struct command *c, struct answer *ret_answer)
{
    const struct hold_ref *r = c->data;
    struct hold_accounts h = {0};
    struct hold_step step = {.fact = "hold.released"};
    enum outcome refusal = hold_find(l, c, &r->hold, &h);
    if (refusal == OUTCOME_ok) {
        refusal = hold_status_next(h.hold->status, HOLD_EVENT_release, &step.to);
    }
    if (refusal == OUTCOME_ok && hold_is_due(l, h.hold)) {
        hold_expire(l, c, &h);
        refusal = OUTCOME_hold_expired;
    }
    if (refusal != OUTCOME_ok) {
        answer_refuse(l, ret_answer, refusal, NULL, NULL);
        return;
    }
    step.before = hold_text(l, h.hold);
    hold_take(l, c, &h, &step);
    answer_hold(l, ret_answer, h.hold);
}

void *hold_expire_decode(const struct command_envelope *e, struct arena *a)
{
    return hold_release_decode(e, a);
}

void hold_expire_needs(const struct command *c, struct needs *n, struct arena *a)
{
    hold_release_needs(c, n, a);
}

void hold_expire_decide(struct ledger *l, const struct command *c, struct answer *ret_answer)
{
    const struct hold_ref *r = c->data;
    struct hold_accounts h = {0};
    enum outcome refusal = hold_find(l, c, &r->hold, &h);
    if (refusal != OUTCOME_ok) {
        answer_refuse(l, ret_answer, refusal, NULL, NULL);
        return;
    }
    if (hold_is_open(h.hold) && hold_is_due(l, h.hold)) {
        hold_expire(l, c, &h);
    }
    answer_hold(l, ret_answer, h.hold);
}
