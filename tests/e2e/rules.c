/* rules.c - see rules.h. What money and states allow; who may ask at all is in rules_who.c. */
#include "tests/e2e/rules.h"

#include <string.h>

#define YES     ((struct rules_verdict){0})
#define NO(why) ((struct rules_verdict){.code = (why)})

bool rules_hold_is_open(const struct evidence_hold *h)
{
    return strcmp(h->status, "authorized") == 0 || strcmp(h->status, "partially_captured") == 0;
}

int64_t rules_posted(const struct evidence_account *a)
{
    return a->credits - a->debits;
}

int64_t rules_available(const struct evidence_account *a)
{
    return a->credits - a->debits - a->held;
}

const char *rules_role_of(const struct call *c, const struct call_leg *leg)
{
    if (!uuid_is_zero(&leg->account))
        return NULL;
    return c->type == CALL_AUTHORIZE ? "escrow" : c->type == CALL_EXCHANGE ? "fx" : "cash";
}

static struct rules_verdict lacks(const struct call *c, const struct evidence_account *a, int64_t required)
{
    return (struct rules_verdict){.code = "insufficient_funds",
                                  .available = rules_available(a),
                                  .required = required,
                                  .hides_available = !rules_may_use(c, a)};
}

static struct rules_verdict may_give(const struct call *c, const struct evidence_account *a, int64_t amount)
{
    if (a->status == EVIDENCE_CLOSED)
        return NO("account_closed");
    if (a->status == EVIDENCE_FROZEN)
        return NO("account_frozen");
    return !a->may_go_negative && rules_available(a) < amount ? lacks(c, a, amount) : YES;
}

static struct rules_verdict may_take(const struct evidence_account *a)
{
    return a != NULL && a->status == EVIDENCE_CLOSED ? NO("account_closed") : YES;
}

/* First the legs that give, then those that take. The currency's own accounts always may. */
static struct rules_verdict may_move(const struct evidence *world, const struct call *c, int first, int end)
{
    for (int pass = 0; pass < 2; pass++) {
        for (int i = first; i < end; i++) {
            const struct call_leg *leg = &c->legs[i];
            const struct evidence_account *a = evidence_find_account(world, &leg->account);
            if (uuid_is_zero(&leg->account) || leg->is_debit != (pass == 0))
                continue;
            struct rules_verdict v = leg->is_debit ? may_give(c, a, leg->amount) : may_take(a);
            if (v.code != NULL)
                return v;
        }
    }
    return YES;
}

struct rules_verdict rules_decide_item(const struct evidence *world, const struct call *c, int item)
{
    struct rules_verdict v = rules_may_name(world, c, item * 2, item * 2 + 2);
    return v.code != NULL ? v : may_move(world, c, item * 2, item * 2 + 2);
}

/* What an account gives in all legs together. */
static int64_t net_of(const struct call *c, const struct uuid *account)
{
    int64_t net = 0;
    for (int i = 0; i < c->leg_count; i++)
        if (uuid_compare(&c->legs[i].account, account) == 0)
            net += c->legs[i].is_debit ? c->legs[i].amount : -c->legs[i].amount;
    return net;
}

/* The condition, then each leg by itself, then what all legs together leave. */
static struct rules_verdict may_journal(const struct evidence *world, const struct call *c)
{
    const struct evidence_account *a = evidence_find_account(world, &c->condition);
    if (a != NULL && rules_available(a) < c->min_available)
        return NO("condition_not_met");
    for (int i = 0; i < c->leg_count; i++) {
        a = evidence_find_account(world, &c->legs[i].account);
        struct rules_verdict v = c->legs[i].is_debit ? may_give(c, a, 0) : may_take(a);
        if (v.code != NULL)
            return v;
    }
    for (int i = 0; i < c->leg_count; i++) {
        a = evidence_find_account(world, &c->legs[i].account);
        int64_t net = net_of(c, &a->id);
        if (!a->may_go_negative && rules_available(a) < net)
            return lacks(c, a, net);
    }
    return YES;
}

int rules_reversed(const struct evidence *world, const struct call *c,
                   struct call_leg ret_legs[CALL_LEGS_MAX])
{
    const struct evidence_transaction *t = evidence_find_transaction(world, &c->object);
    const struct evidence_entry *first;
    size_t count = t == NULL ? 0 : evidence_find_entries(world, &t->id, &first);
    if (count == 0 || count > CALL_LEGS_MAX)
        return 0;
    int64_t part = c->amount == 0 ? t->amount - t->reversed : c->amount;
    for (size_t i = 0; i < count; i++) {
        const struct evidence_entry *e = &first[count - 1 - i];
        ret_legs[i] = (struct call_leg){e->account, !e->is_debit, count == 2 ? part : e->amount};
    }
    return (int)count;
}

static struct rules_verdict may_reverse(const struct evidence *world, const struct call *c)
{
    const struct evidence_transaction *t = evidence_find_transaction(world, &c->object);
    if (strcmp(t->kind, "reversal") == 0)
        return NO("not_reversible");
    if (t->reversed == t->amount)
        return NO("already_reversed");
    if (c->amount > t->amount - t->reversed)
        return NO("amount_exceeds_original");
    struct call turned = {.type = CALL_JOURNAL, .sender = c->sender};
    turned.leg_count = rules_reversed(world, c, turned.legs);
    if (turned.leg_count > 2 && c->amount != 0 && c->amount < t->amount)
        return NO("whole_only");
    return may_journal(world, &turned);
}

static struct rules_verdict may_hold(const struct evidence *world, const struct call *c)
{
    const struct evidence_account *a = evidence_find_account(world, &c->object);
    if (a->may_go_negative)
        return NO("invalid_value");
    struct rules_verdict v = may_give(c, a, c->amount);
    return v.code != NULL ? v : may_move(world, c, 0, c->leg_count);
}

static struct rules_verdict may_end_hold(const struct evidence *world, const struct call *c, int64_t now_us)
{
    const struct evidence_hold *h = evidence_find_hold(world, &c->object);
    if (strcmp(h->status, "expired") == 0 || (rules_hold_is_open(h) && now_us >= h->expires_us))
        return NO("hold_expired");
    if (!rules_hold_is_open(h))
        return NO("invalid_hold_state");
    if (c->type == CALL_RELEASE)
        return YES;
    if (c->amount > h->amount - h->captured)
        return NO("amount_exceeds_hold");
    return may_take(evidence_find_account(world, &h->destination));
}

static struct rules_verdict may_change(const struct evidence *world, const struct call *c)
{
    const struct evidence_account *a = evidence_find_account(world, &c->object);
    if (c->type == CALL_CLOSE) {
        if (a->status == EVIDENCE_CLOSED)
            return NO("");
        return rules_posted(a) != 0 || a->held != 0 ? NO("account_not_empty") : YES;
    }
    if (a->status == EVIDENCE_CLOSED)
        return NO("account_closed");
    return (a->status == EVIDENCE_FROZEN) == (c->type == CALL_FREEZE) ? NO("") : YES;
}

struct rules_verdict rules_decide(const struct evidence *world, const struct call *c, int64_t now_us)
{
    struct rules_verdict v = rules_may_ask(world, c);
    if (v.code != NULL)
        return v;
    switch (c->type) {
    case CALL_DEPOSIT:
    case CALL_WITHDRAW:
    case CALL_TRANSFER:
        return may_move(world, c, 0, c->leg_count);
    case CALL_EXCHANGE:
        return c->legs[3].amount == 0 ? NO("amount_out_of_range") : may_move(world, c, 0, c->leg_count);
    case CALL_REVERSE:
        return may_reverse(world, c);
    case CALL_JOURNAL:
        return may_journal(world, c);
    case CALL_AUTHORIZE:
        return may_hold(world, c);
    case CALL_CAPTURE:
    case CALL_RELEASE:
        return may_end_hold(world, c, now_us);
    case CALL_FREEZE:
    case CALL_UNFREEZE:
    case CALL_CLOSE:
        return may_change(world, c);
    case CALL_BATCH: /* item by item */
    case CALL_OPEN:
    case CALL_TYPE_COUNT:
        break;
    }
    return YES;
}
