/* cmd_transaction_reverse.c - gives a transaction back, whole or in part: a new transaction with the same
   entries the other way round, last one first. Never more than the original in all. It is a spending of
   whoever received the money: the sender owns every account that the original credited, or is staff. Part of
   the headline amount can be given back where there are two entries. Parts of three and more would have to be
   rounded, and the sum of the parts might then not be the whole: those are given back as a whole.
   Refusals in order of precedence:
     not_found                 the transaction is unknown, or none of its accounts is the sender's
     forbidden                 not staff, and the money went to others, or the kind is for staff
     not_reversible            the kind can never be reversed: reversals, for one
     already_reversed          all of it has been given back
     amount_exceeds_original   amount is more than is left
     whole_only                amount is a part, and there are more than two entries
     account_closed, account_frozen   each account by itself, in the order of the new entries
     insufficient_funds        an account has not enough for all the new entries together
     balance_overflow          each account by itself, in the order of the new entries */
#include <assert.h>
#include <stdio.h>

#include "ledger-svc/domain/posting.h"
#include "shared/core/planted_bug.h"

struct reversal {
    struct uuid transaction;
    int64_t amount; /* 0: all that is left */
    struct str reason;
};

/* Kinds that are not here cannot be reversed. Money that crosses the house's border is given back by staff
   only: the outside has to follow. */
static const struct {
    const char *kind;
    bool is_for_staff;
} reversible[] = {
    {"deposit", true},       {"withdrawal", true}, {"transfer", false},
    {"hold_capture", false}, {"journal", false},   {"exchange", false},
};

void *transaction_reverse_decode(const struct command_envelope *e, struct arena *a)
{
    struct reversal *r = arena_alloc(a, sizeof(*r));
    if (r == NULL) {
        return NULL;
    }
    (void)json_get_id(e->data, "transaction", "txn", &r->transaction);
    r->amount = json_get_int(e->data, "amount", 0);
    r->reason = json_get_str(e->data, "reason");
    return r;
}

void transaction_reverse_needs(const struct command *c, struct needs *n, struct arena *a)
{
    const struct reversal *r = c->data;
    needs_original(n, a, &r->transaction);
    needs_entries(n, POSTING_LEGS_MAX); /* how many is known when it is loaded */
}

static struct account *account_of(const struct ledger *l, const struct original_entry *e)
{
    struct account *account = ledger_find_account(l, &e->account_id);
    assert(account != NULL); /* loaded with the original, and never deleted */
    return account;
}

/* Is one of the accounts the sender's? */
static bool takes_part(const struct ledger *l, const struct command *c, const struct original *o)
{
    for (size_t i = 0; i < o->entry_count; i++) {
        if (command_may_use(c, account_of(l, &o->entries[i]))) {
            return true;
        }
    }
    return false;
}

static bool owns_receivers(const struct ledger *l, const struct command *c, const struct original *o)
{
    for (size_t i = 0; i < o->entry_count; i++) {
        if (!o->entries[i].is_debit && !command_may_use(c, account_of(l, &o->entries[i]))) {
            return false;
        }
    }
    return true;
}

static bool kind_is(const struct original *o, bool is_for_staff)
{
    for (size_t i = 0; i < sizeof(reversible) / sizeof(reversible[0]); i++) {
        if (str_eq_c(o->kind, reversible[i].kind)) {
            return reversible[i].is_for_staff == is_for_staff;
        }
    }
    return false;
}

/* OUTCOME_ok and how much, or why not and which field is to blame; NULL: none. */
static enum outcome check(const struct ledger *l, const struct command *c, const struct original *o,
                          int64_t *ret_amount, const char **ret_pointer)
{
    const struct reversal *r = c->data;
    *ret_pointer = NULL;
    if (o == NULL || !takes_part(l, c, o)) {
        return OUTCOME_not_found;
    }
    if (!c->envelope.staff && !PLANTED_BUG(foreign_reversal) &&
        (!owns_receivers(l, c, o) || kind_is(o, true))) {
        return OUTCOME_forbidden;
    }
    if (!kind_is(o, false) && !kind_is(o, true)) {
        return OUTCOME_not_reversible;
    }
    int64_t left = o->amount - (PLANTED_BUG(double_reversal) ? 0 : o->reversed);
    if (left == 0) {
        return OUTCOME_already_reversed;
    }
    *ret_amount = r->amount == 0 ? left : r->amount;
    *ret_pointer = "/amount";
    if (*ret_amount > left) {
        return OUTCOME_amount_exceeds_original;
    }
    return *ret_amount < o->amount && o->entry_count > 2 ? OUTCOME_whole_only : OUTCOME_ok;
}

/* The entries the other way round, from the last to the first; NULL when out of memory. */
static struct posting_leg *turn_round(struct ledger *l, const struct original *o, int64_t amount)
{
    struct posting_leg *legs = arena_alloc_array(l->arena, o->entry_count, sizeof(*legs));
    if (legs == NULL) {
        l->out_of_memory = true;
        return NULL;
    }
    for (size_t i = 0; i < o->entry_count; i++) {
        const struct original_entry *e = &o->entries[o->entry_count - 1 - i];
        legs[i] = (struct posting_leg){.account = account_of(l, e),
                                       .is_debit = !e->is_debit,
                                       .amount = o->entry_count == 2 ? amount : e->amount};
    }
    return legs;
}

static void post(struct ledger *l, const struct command *c, struct original *o, const struct posting *p,
                 struct answer *ret_answer)
{
    posting_apply(l, c, p, ret_answer);
    o->reversed += p->amount;
    o->updated_us = l->now_us;
    o->is_changed = true;
}

/* An account does not play its part: says whose entry of the original it was. */
struct leg_refusal {
    enum outcome outcome;
    size_t leg; /* of the new transaction */
};

static void refuse_leg(struct ledger *l, const struct command *c, const struct posting *p,
                       const struct leg_refusal *r, struct answer *ret_answer)
{
    if (r->outcome == OUTCOME_insufficient_funds) {
        const struct account *account = p->legs[r->leg].account;
        answer_refuse_funds(l, ret_answer, c, account, posting_net_debit(p->legs, p->leg_count, account));
        return;
    }
    char detail[64];
    (void)snprintf(detail, sizeof(detail), "It is the account of entry %zu.", p->leg_count - 1 - r->leg);
    answer_refuse(l, ret_answer, r->outcome, NULL, detail);
}

static const char *detail_of(enum outcome refusal)
{
    return refusal == OUTCOME_forbidden
               ? "Only staff, and who owns all accounts that received the money, may give it back."
               : NULL;
}

void transaction_reverse_decide(struct ledger *l, const struct command *c, struct answer *ret_answer)
{
    const struct reversal *r = c->data;
    struct original *o = ledger_find_original(l, &r->transaction);
    int64_t amount;
    const char *pointer;
    enum outcome refusal = check(l, c, o, &amount, &pointer);
    if (refusal != OUTCOME_ok) {
        answer_refuse(l, ret_answer, refusal, pointer, detail_of(refusal));
        return;
    }
    const struct posting_leg *legs = turn_round(l, o, amount);
    if (legs == NULL) {
        return; /* out of memory: the batch is split */
    }
    const struct posting posting = {
        .kind = "reversal",
        .amount = amount,
        .currency = o->currency,
        .details = {.reverses = o->id, .reason = r->reason},
        .legs = legs,
        .leg_count = o->entry_count,
    };
    struct leg_refusal refused;
    refused.outcome = posting_check(legs, o->entry_count, &refused.leg);
    if (refused.outcome == OUTCOME_ok) {
        post(l, c, o, &posting, ret_answer);
    } else {
        refuse_leg(l, c, &posting, &refused, ret_answer);
    }
}
