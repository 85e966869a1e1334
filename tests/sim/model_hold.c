/* model_hold.c - holds as the documents have them, and the time that ends them. */
#include "tests/sim/model_internal.h"

void model_tell_time(struct model *m, int64_t now_us)
{
    m->now_us = now_us;
}

void model_plant_error(struct model *m)
{
    m->has_error = true;
}

int model_hold_count(const struct model *m)
{
    return m->hold_count;
}

const struct model_hold *model_hold(const struct model *m, int number)
{
    return number >= 0 && number < m->hold_count ? &m->holds[number] : NULL;
}

int64_t model_hold_rest(const struct model_hold *h)
{
    bool open = h->status == MODEL_HOLD_AUTHORIZED || h->status == MODEL_HOLD_PARTIALLY_CAPTURED;
    return open ? h->amount - h->captured : 0;
}

bool model_holds_add_up(const struct model *m)
{
    __int128 difference[MODEL_ACCOUNTS_MAX] = {0};
    __int128 of_escrows[SIM_CURRENCIES] = {0};
    for (int i = 0; i < m->hold_count; i++) {
        struct account_ref ref = m->holds[i].account;
        *(ref.kind == REF_ACCOUNT ? &difference[ref.number] : &of_escrows[ref.number]) +=
            model_hold_rest(&m->holds[i]);
    }
    bool same = true;
    for (int i = 0; i < m->account_count; i++) {
        same = same && difference[i] == m->accounts[i].held;
    }
    for (int i = 0; i < SIM_CURRENCIES; i++) {
        same = same && of_escrows[i] == m->escrow[i].held && m->cash[i].held == 0 && m->fx[i].held == 0;
    }
    return same;
}

/* Anybody may name the escrow, which is where captures go anyway. */
static bool may_be_destination(const struct intent *in, const struct model_account *to)
{
    return model_may_credit(in, to) || (to != NULL && in->account.kind == REF_ESCROW);
}

static const char *why_no_hold(struct model *m, const struct intent *in)
{
    const struct model_account *a = model_account_of(m, in->from), *to = model_account_of(m, in->account);
    if (in->has_destination && model_same_ref(in->from, in->account)) {
        return "same_account";
    }
    if (a == NULL || !model_may_read(in, a) || (in->has_destination && !may_be_destination(in, to))) {
        return "account_not_found";
    }
    if (!in->has_destination && in->from.kind == REF_ESCROW) {
        return "same_account";
    }
    bool differs = in->currency >= 0 && in->currency != a->currency;
    if (differs || (in->has_destination && to->currency != a->currency)) {
        return "currency_mismatch";
    }
    if (a->may_go_negative) {
        return "invalid_value";
    }
    const char *refusal = model_why_no_debit(a, in->amount);
    bool closed = in->has_destination && to->status == MODEL_CLOSED;
    return refusal == NULL && closed ? "account_closed" : refusal;
}

const char *model_authorize(struct model *m, const struct intent *in, struct expectation *ret)
{
    model_note_lack(ret, in->from, in->amount);
    const char *refusal = why_no_hold(m, in);
    if (refusal != NULL) {
        return refusal;
    }
    struct model_account *a = model_account_of(m, in->from);
    struct account_ref escrow = {REF_ESCROW, a->currency};
    ret->new_hold = m->hold_count;
    m->holds[m->hold_count++] =
        (struct model_hold){.owner = in->sender,
                            .account = in->from,
                            .destination = in->has_destination ? in->account : escrow,
                            .amount = in->amount,
                            .expires_us = m->now_us + (in->ttl_s > 0 ? in->ttl_s : 900) * 1000000};
    a->held += in->amount;
    return NULL;
}

static void end_hold(struct model *m, struct model_hold *h, enum model_hold_status status)
{
    model_account_of(m, h->account)->held -= model_hold_rest(h);
    h->status = status;
}

static const char *why_no_end(struct model *m, const struct intent *in, const struct model_hold *h)
{
    if (h == NULL) {
        return "not_found";
    }
    if (!intent_is_staff(in) && h->owner != in->sender) {
        return model_may_read(in, model_account_of(m, h->account)) ? "forbidden" : "not_found";
    }
    return NULL;
}

/* The refusal of whoever wants something from a hold; one whose time is over expires. */
static const char *why_not_open(struct model *m, struct model_hold *h)
{
    if (h->status == MODEL_HOLD_CAPTURED || h->status == MODEL_HOLD_RELEASED) {
        return "invalid_hold_state";
    }
    if (h->status != MODEL_HOLD_EXPIRED && m->now_us >= h->expires_us) {
        end_hold(m, h, MODEL_HOLD_EXPIRED);
    }
    return h->status == MODEL_HOLD_EXPIRED ? "hold_expired" : NULL;
}

static const char *capture(struct model *m, const struct intent *in, struct model_hold *h,
                           struct expectation *ret)
{
    const char *refusal = why_not_open(m, h);
    if (refusal != NULL) {
        return refusal;
    }
    int64_t rest = model_hold_rest(h), amount = in->amount > 0 ? in->amount : rest;
    if (amount > rest) {
        return "amount_exceeds_hold";
    }
    struct model_account *to = model_account_of(m, h->destination), *from = model_account_of(m, h->account);
    refusal = to == NULL ? NULL : model_why_no_credit(to, amount);
    if (refusal != NULL) {
        return refusal;
    }
    if (to == NULL) {
        to = &m->escrow[from->currency];
        *to = (struct model_account){
            .exists = true, .is_system = true, .owner = -1, .currency = from->currency};
    }
    model_move(from, to, amount);
    from->held -= amount;
    model_record_capture(m, h, amount, ret);
    h->captured += amount;
    h->status = MODEL_HOLD_PARTIALLY_CAPTURED;
    if (m->has_error && h->captured < h->amount && in->final != 0) {
        h->status = MODEL_HOLD_CAPTURED;
    } else if (in->final != 0 || h->captured == h->amount) {
        end_hold(m, h, MODEL_HOLD_CAPTURED);
    }
    return NULL;
}

const char *model_change_hold(struct model *m, const struct intent *in, struct expectation *ret)
{
    struct model_hold *h = (struct model_hold *)model_hold(m, in->hold);
    const char *refusal = why_no_end(m, in, h);
    if (refusal != NULL) {
        return refusal;
    }
    if (in->type == INTENT_CAPTURE) {
        return capture(m, in, h, ret);
    }
    refusal = why_not_open(m, h);
    if (in->type == INTENT_EXPIRE) {
        return NULL; /* whatever became of it */
    }
    if (refusal == NULL) {
        end_hold(m, h, MODEL_HOLD_RELEASED);
    }
    return refusal;
}
