/* rules_who.c - whose accounts, holds and transactions a call may name. Staff may name all. Others spend from
   accounts of their own and pay into anybody's but the house's; what is not theirs does not exist for them.
 */
#include <string.h>

#include "tests/e2e/rules.h"

#define YES     ((struct rules_verdict){0})
#define NO(why) ((struct rules_verdict){.code = (why)})

bool rules_may_use(const struct call *c, const struct evidence_account *a)
{
    return c->sender.is_staff || (!a->is_system && strcmp(a->owner, c->sender.owner) == 0);
}

static bool may_use(const struct evidence *world, const struct call *c, const struct uuid *account)
{
    const struct evidence_account *a = evidence_find_account(world, account);
    return a != NULL && a->exists && rules_may_use(c, a);
}

static bool may_pay_into(const struct evidence *world, const struct call *c, const struct uuid *account)
{
    const struct evidence_account *a = evidence_find_account(world, account);
    return a != NULL && a->exists && (c->sender.is_staff || !a->is_system);
}

static bool has_role(const struct evidence *world, const struct uuid *account, const char *role)
{
    const struct evidence_account *a = evidence_find_account(world, account);
    return a != NULL && strcmp(a->role, role) == 0;
}

static bool may_name(const struct evidence *world, const struct call *c, const struct call_leg *leg)
{
    return leg->is_debit ? may_use(world, c, &leg->account) : may_pay_into(world, c, &leg->account);
}

/* A leg without an account is the house's, by the call's nature. */
struct rules_verdict rules_may_name(const struct evidence *world, const struct call *c, int first, int end)
{
    for (int i = first; i < end; i++)
        if (!uuid_is_zero(&c->legs[i].account) && !may_name(world, c, &c->legs[i]))
            return NO("account_not_found");
    return YES;
}

static struct rules_verdict may_open(const struct call *c)
{
    bool for_others = c->owner != NULL && strcmp(c->owner, c->sender.owner) != 0;
    return for_others && !c->sender.is_staff ? NO("forbidden") : YES;
}

static struct rules_verdict may_change(const struct evidence *world, const struct call *c)
{
    if (!may_use(world, c, &c->object))
        return NO("not_found");
    if (c->type != CALL_CLOSE)
        return c->sender.is_staff ? YES : NO("forbidden");
    return evidence_find_account(world, &c->object)->is_system ? NO("forbidden") : YES;
}

/* The scope alone decides, whosever the account is; but not from cash to cash. */
static struct rules_verdict may_handle_cash(const struct evidence *world, const struct call *c)
{
    const struct uuid *account = &c->legs[c->type == CALL_DEPOSIT ? 1 : 0].account;
    const struct evidence_account *a = evidence_find_account(world, account);
    if (!c->sender.is_gateway)
        return NO("forbidden");
    if (a == NULL || !a->exists)
        return NO("account_not_found");
    return has_role(world, account, "cash") ? NO("same_account") : YES;
}

static struct rules_verdict may_exchange(const struct evidence *world, const struct call *c)
{
    if (!c->sender.is_gateway)
        return NO("forbidden");
    struct rules_verdict v = rules_may_name(world, c, 0, c->leg_count);
    for (int i = 0; i < c->leg_count && v.code == NULL; i++)
        v = has_role(world, &c->legs[i].account, "fx") ? NO("same_account") : YES;
    return v;
}

static struct rules_verdict may_journal(const struct evidence *world, const struct call *c)
{
    struct rules_verdict v = rules_may_name(world, c, 0, c->leg_count);
    if (v.code != NULL || uuid_is_zero(&c->condition))
        return v;
    return may_use(world, c, &c->condition) ? YES : NO("account_not_found");
}

/* Everybody may name the escrow as the destination, which is what a hold without one has. */
static struct rules_verdict may_hold(const struct evidence *world, const struct call *c)
{
    const struct uuid *destination = &c->legs[0].account;
    if (!may_use(world, c, &c->object))
        return NO("account_not_found");
    if (uuid_is_zero(destination))
        return has_role(world, &c->object, "escrow") ? NO("same_account") : YES;
    return may_pay_into(world, c, destination) || has_role(world, destination, "escrow")
               ? YES
               : NO("account_not_found");
}

/* Who authorized it; whoever owns the account knows of it, and no more. */
static struct rules_verdict may_end_hold(const struct evidence *world, const struct call *c)
{
    const struct evidence_hold *h = evidence_find_hold(world, &c->object);
    if (h == NULL || !h->exists)
        return NO("not_found");
    if (c->sender.is_staff || strcmp(h->owner, c->sender.owner) == 0)
        return YES;
    return may_use(world, c, &h->account) ? NO("forbidden") : NO("not_found");
}

/* Who received the money, all of it; money that crossed the border is for staff to give back. */
static struct rules_verdict may_reverse(const struct evidence *world, const struct call *c)
{
    const struct evidence_transaction *t = evidence_find_transaction(world, &c->object);
    const struct evidence_entry *entries = NULL;
    size_t count = t == NULL ? 0 : evidence_find_entries(world, &t->id, &entries);
    bool takes_part = false, owns_receivers = true;
    for (size_t i = 0; i < count; i++) {
        bool is_own = may_use(world, c, &entries[i].account);
        takes_part = takes_part || is_own;
        owns_receivers = owns_receivers && (is_own || entries[i].is_debit);
    }
    if (!takes_part)
        return NO("not_found");
    bool crossed = strcmp(t->kind, "deposit") == 0 || strcmp(t->kind, "withdrawal") == 0;
    return c->sender.is_staff || (owns_receivers && !crossed) ? YES : NO("forbidden");
}

struct rules_verdict rules_may_ask(const struct evidence *world, const struct call *c)
{
    switch (c->type) {
    case CALL_OPEN:
        return may_open(c);
    case CALL_FREEZE:
    case CALL_UNFREEZE:
    case CALL_CLOSE:
        return may_change(world, c);
    case CALL_DEPOSIT:
    case CALL_WITHDRAW:
        return may_handle_cash(world, c);
    case CALL_TRANSFER:
        return rules_may_name(world, c, 0, c->leg_count);
    case CALL_JOURNAL:
        return may_journal(world, c);
    case CALL_EXCHANGE:
        return may_exchange(world, c);
    case CALL_REVERSE:
        return may_reverse(world, c);
    case CALL_AUTHORIZE:
        return may_hold(world, c);
    case CALL_CAPTURE:
    case CALL_RELEASE:
        return may_end_hold(world, c);
    case CALL_BATCH: /* item by item */
    case CALL_TYPE_COUNT:
        break;
    }
    return YES;
}
