/* model_postings.c - entries that are booked together or not at all: journals, exchanges, reversals. */
#include <string.h>

#include "tests/sim/model_internal.h"

/* Debits and credits must meet in each currency, at what an amount can be. */
static const char *why_no_sum(const struct intent *in)
{
    for (int i = 0; i < in->entry_count; i++) {
        __int128 debits = 0, credits = 0;
        for (int k = 0; k < in->entry_count; k++) {
            if (in->entries[k].currency == in->entries[i].currency) {
                *(in->entries[k].is_debit ? &debits : &credits) += in->entries[k].amount;
            }
        }
        if (debits != credits) {
            return "unbalanced";
        }
        if (debits > MODEL_JSON_LIMIT) {
            return "amount_out_of_range";
        }
    }
    return NULL;
}

static const char *why_no_parties(struct model *m, const struct intent *in)
{
    for (int i = 0; i < in->entry_count; i++) {
        const struct intent_entry *e = &in->entries[i];
        const struct model_account *a = model_account_of(m, e->account);
        if (e->is_debit ? a == NULL || !model_may_read(in, a) : !model_may_credit(in, a)) {
            return "account_not_found";
        }
        if (a->currency != e->currency) {
            return "currency_mismatch";
        }
    }
    for (int i = 0; i < in->condition_count; i++) {
        const struct model_account *a = model_account_of(m, in->conditions[i].account);
        if (a == NULL || !model_may_read(in, a)) {
            return "account_not_found";
        }
        if (model_available(a) < in->conditions[i].min_available) {
            return "condition_not_met";
        }
    }
    return NULL;
}

static __int128 taken_from(struct model *m, const struct bookings *b, const struct model_account *a)
{
    __int128 taken = 0;
    for (int i = 0; i < b->count; i++) {
        const struct intent_entry *e = &b->entries[i];
        taken += model_account_of(m, e->account) != a ? 0 : e->is_debit ? e->amount : -e->amount;
    }
    return taken;
}

static void take_back(struct model *m, const struct bookings *b, int booked)
{
    for (int i = 0; i < booked; i++) {
        struct model_account *a = model_account_of(m, b->entries[i].account);
        *(b->entries[i].is_debit ? &a->debits : &a->credits) -= b->entries[i].amount;
        a->entries--;
    }
}

static const char *why_no_part(struct model *m, const struct bookings *b)
{
    for (int i = 0; i < b->count; i++) {
        enum model_status status = model_account_of(m, b->entries[i].account)->status;
        if (status == MODEL_CLOSED || (status == MODEL_FROZEN && b->entries[i].is_debit)) {
            return status == MODEL_CLOSED ? "account_closed" : "account_frozen";
        }
    }
    return NULL;
}

static const char *why_no_funds(struct model *m, const struct bookings *b, struct expectation *ret)
{
    for (int i = 0; i < b->count; i++) {
        const struct model_account *a = model_account_of(m, b->entries[i].account);
        __int128 taken = taken_from(m, b, a);
        if (!a->may_go_negative && taken > model_available(a)) {
            model_note_lack(ret, b->entries[i].account, taken);
            return "insufficient_funds";
        }
    }
    return NULL;
}

/* Books one entry after the other, and takes all back when there is no room for one of them. */
static const char *book_all(struct model *m, const struct bookings *b, struct expectation *ret)
{
    const char *refusal = why_no_part(m, b);
    refusal = refusal != NULL ? refusal : why_no_funds(m, b, ret);
    int booked = 0;
    for (; booked < b->count && refusal == NULL; booked++) {
        const struct intent_entry *e = &b->entries[booked];
        struct model_account *a = model_account_of(m, e->account);
        struct model_account unlimited = *a;
        unlimited.may_go_negative = true;
        refusal = e->is_debit ? model_why_no_debit(&unlimited, e->amount) : model_why_no_credit(a, e->amount);
        model_book(a, e->is_debit, e->amount);
    }
    if (refusal != NULL) {
        take_back(m, b, booked);
    }
    return refusal;
}

const char *model_journal(struct model *m, const struct intent *in, struct expectation *ret)
{
    const char *refusal = why_no_sum(in);
    refusal = refusal != NULL ? refusal : why_no_parties(m, in);
    if (refusal != NULL) {
        return refusal;
    }
    struct bookings b = {.count = in->entry_count};
    memcpy(b.entries, in->entries, sizeof(b.entries));
    return book_all(m, &b, ret);
}

/* Twice the exact figure lies above, on or below the middle between two whole ones. */
__int128 model_bought(const struct intent *in)
{
    __int128 exact = (__int128)in->amount * in->numerator, whole = exact / in->denominator;
    __int128 middle = (2 * whole + 1) * in->denominator;
    bool up = 2 * exact > middle || (2 * exact == middle && whole % 2 != 0);
    return in->is_half_even && up ? whole + 1 : whole;
}

const char *model_exchange(struct model *m, const struct intent *in, struct expectation *ret)
{
    struct model_account *from = model_account_of(m, in->from), *to = model_account_of(m, in->account);
    if (model_same_ref(in->from, in->account)) {
        return "same_account";
    }
    if (from == NULL || !model_may_read(in, from) || !model_may_credit(in, to)) {
        return "account_not_found";
    }
    if (from->currency == to->currency) {
        return "same_currency";
    }
    if (from->is_fx || to->is_fx) {
        return "same_account";
    }
    __int128 amount = model_bought(in);
    if (amount < 1 || amount > MODEL_JSON_LIMIT) {
        return "amount_out_of_range";
    }
    model_note_lack(ret, in->from, in->amount);
    struct model_account *gets = &m->fx[from->currency], *gives = &m->fx[to->currency];
    const char *refusal = model_why_no_debit(from, in->amount);
    refusal = refusal == NULL && gets->exists ? model_why_no_credit(gets, in->amount) : refusal;
    refusal = refusal == NULL && gives->exists ? model_why_no_debit(gives, amount) : refusal;
    refusal = refusal == NULL ? model_why_no_credit(to, amount) : refusal;
    if (refusal == NULL) {
        gets = gets->exists ? gets : model_open_fx(m, from->currency);
        gives = gives->exists ? gives : model_open_fx(m, to->currency);
        model_move(from, gets, in->amount);
        model_move(gives, to, (int64_t)amount);
    }
    return refusal;
}

static const char *why_not_by(struct model *m, const struct intent *in, const struct model_transaction *t)
{
    bool takes_part = false, owns_all_credited = true;
    for (int i = 0; i < t->entry_count; i++) {
        bool may = model_may_read(in, model_account_of(m, t->entries[i].account));
        takes_part = takes_part || may;
        owns_all_credited = owns_all_credited && (may || t->entries[i].is_debit);
    }
    if (!takes_part) {
        return "not_found";
    }
    bool crosses_border = t->type == INTENT_DEPOSIT || t->type == INTENT_WITHDRAWAL;
    return !intent_is_staff(in) && (crosses_border || !owns_all_credited) ? "forbidden" : NULL;
}

/* The same entries the other way round, the last one first; of two a part. */
void model_turn_round(const struct model_transaction *t, __int128 amount, struct bookings *ret)
{
    ret->count = t->entry_count;
    for (int i = 0; i < t->entry_count; i++) {
        ret->entries[i] = t->entries[t->entry_count - 1 - i];
        ret->entries[i].is_debit = !ret->entries[i].is_debit;
        if (t->entry_count == 2) {
            ret->entries[i].amount = (int64_t)amount;
        }
    }
}

const char *model_reverse(struct model *m, const struct intent *in, struct expectation *ret)
{
    struct model_transaction *t = (struct model_transaction *)model_transaction(m, in->transaction);
    const char *refusal = t == NULL ? "not_found" : why_not_by(m, in, t);
    if (refusal != NULL) {
        return refusal;
    }
    __int128 left = t->amount - t->reversed, amount = in->amount == 0 ? left : in->amount;
    if (t->type == INTENT_REVERSE) {
        return "not_reversible";
    }
    if (left == 0) {
        return "already_reversed";
    }
    if (amount > left) {
        return "amount_exceeds_original";
    }
    if (t->entry_count > 2 && amount != t->amount) {
        return "whole_only";
    }
    struct bookings b;
    model_turn_round(t, amount, &b);
    refusal = book_all(m, &b, ret);
    t->reversed += refusal == NULL ? amount : 0;
    return refusal;
}
