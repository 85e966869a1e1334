/* cmd_hold_capture.c - takes held money, whole or in part, to the hold's destination.
   Refusals in order of precedence:
     not_found              the hold is unknown, or concerns neither the sender nor the sender's account
     forbidden              the sender owns the account but did not authorize the hold, and is not staff
     invalid_hold_state     it was captured or released
     hold_expired           it has expired, or its time is over: then it expires now
     amount_exceeds_hold    amount is more than it still holds
     account_closed, balance_overflow   the destination */
#include "ledger-svc/domain/hold_change.h"
#include "ledger-svc/domain/posting.h"
#include "shared/core/planted_bug.h"
#include "shared/core/typeid.h"

#define ANSWER_TEXT_FIXED 128

struct capture {
    struct uuid hold;
    int64_t amount; /* 0: all that is left */
    bool is_final;  /* what is left after it is available again */
};

void *hold_capture_decode(const struct command_envelope *e, struct arena *a)
{
    struct capture *p = arena_alloc(a, sizeof(*p));
    if (p == NULL) {
        return NULL;
    }
    (void)json_get_id(e->data, "hold", "hold", &p->hold);
    p->amount = json_get_int(e->data, "amount", 0);
    p->is_final = json_get_bool(e->data, "final", true);
    return p;
}

void hold_capture_needs(const struct command *c, struct needs *n, struct arena *a)
{
    const struct capture *p = c->data;
    needs_hold(n, a, &p->hold);
    needs_entries(n, 2);
}

static int64_t amount_of(const struct capture *p, const struct hold *h)
{
    return p->amount > 0 ? p->amount : hold_remaining(h);
}

/* What this capture does to the hold. */
static enum hold_event event_of(const struct capture *p, const struct hold *h)
{
    return p->is_final || amount_of(p, h) == hold_remaining(h) ? HOLD_EVENT_capture_last
                                                               : HOLD_EVENT_capture_part;
}

/* OUTCOME_ok and the next status, or why not. */
static enum outcome check(const struct ledger *l, const struct command *c, struct hold_accounts *ret,
                          enum hold_status *ret_to)
{
    const struct capture *p = c->data;
    enum outcome refusal = hold_find(l, c, &p->hold, ret);
    if (refusal != OUTCOME_ok) {
        return refusal;
    }
    refusal = hold_status_next(ret->hold->status, event_of(p, ret->hold), ret_to);
    if (refusal != OUTCOME_ok) {
        return refusal;
    }
    if (hold_is_due(l, ret->hold)) {
        return OUTCOME_hold_expired;
    }
    if (amount_of(p, ret->hold) > hold_remaining(ret->hold) && !PLANTED_BUG(capture_above_hold)) {
        return OUTCOME_amount_exceeds_hold;
    }
    refusal = account_check_capture(ret->account, amount_of(p, ret->hold));
    return refusal != OUTCOME_ok || ret->destination == NULL
               ? refusal
               : account_check_credit(ret->destination, amount_of(p, ret->hold));
}

static void refuse(struct ledger *l, const struct command *c, const struct hold_accounts *h,
                   enum outcome refusal, struct answer *ret_answer)
{
    if (refusal == OUTCOME_hold_expired && hold_is_open(h->hold)) {
        hold_expire(l, c, h);
    }
    answer_refuse(l, ret_answer, refusal, refusal == OUTCOME_amount_exceeds_hold ? "/amount" : NULL, NULL);
}

static bool post(struct ledger *l, const struct command *c, const struct hold_accounts *h, int64_t amount)
{
    struct account *destination = h->destination != NULL
                                      ? h->destination
                                      : posting_system_account(l, c, ACCOUNT_ROLE_escrow, h->hold->currency);
    if (destination == NULL) {
        return false;
    }
    const struct posting_leg legs[] = {
        {.account = h->account, .is_debit = true, .is_held = true, .amount = amount},
        {.account = destination, .is_debit = false, .amount = amount},
    };
    const struct posting posting = {
        .kind = "hold_capture",
        .amount = amount,
        .currency = h->hold->currency,
        .description = h->hold->description,
        .reference = h->hold->reference,
        .metadata = h->hold->metadata,
        .details = {.hold = h->hold->id},
        .legs = legs,
        .leg_count = 2,
    };
    struct posted posted;
    if (!posting_post(l, c, &posting, &posted)) {
        return false;
    }
    h->hold->captured += amount;
    h->hold->capture_id = posted.id;
    return true;
}

/* {"hold":{...},"transaction_id":"txn_..."} */
static struct str text_answer(struct ledger *l, const struct hold *h)
{
    struct str hold = hold_text(l, h);
    struct json_out json;
    json_out_init(&json, ledger_scratch(l, ANSWER_TEXT_FIXED + hold.len));
    json_object_open(&json);
    json_key(&json, "hold");
    json_raw(&json, hold);
    json_key(&json, "transaction_id");
    json_typeid(&json, "txn", &h->capture_id);
    json_object_close(&json);
    return ledger_keep(l);
}

void hold_capture_decide(struct ledger *l, const struct command *c, struct answer *ret_answer)
{
    const struct capture *p = c->data;
    struct hold_accounts h = {0};
    struct hold_step step = {.fact = "hold.captured"};
    enum outcome refusal = check(l, c, &h, &step.to);
    if (refusal != OUTCOME_ok) {
        refuse(l, c, &h, refusal, ret_answer);
        return;
    }
    step.before = hold_text(l, h.hold);
    if (!post(l, c, &h, amount_of(p, h.hold))) {
        return; /* out of memory: the batch is split */
    }
    hold_take(l, c, &h, &step);
    answer_with(ret_answer, OUTCOME_created, text_answer(l, h.hold));
}
