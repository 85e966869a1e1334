/* cmd_hold_authorize.c - promises money of an account to a destination: it can be neither spent nor held
   again.
   Refusals in order of precedence:
     same_account           account and destination are the same
     account_not_found      account is unknown, or not the sender's
     account_not_found      destination is given and unknown, or a system account other than the escrow and
                            the sender is not staff
     same_account           account is the escrow, and no destination is given
     currency_mismatch      currency is given and is not account's
     currency_mismatch      destination's currency is not account's
     invalid_value          account may go below zero: there is nothing to hold
     account_closed, account_frozen, insufficient_funds   account
     account_closed         destination */
#include <string.h>

#include "ledger-svc/domain/event.h"
#include "ledger-svc/domain/hold_change.h"

#define US_PER_SECOND     INT64_C(1000000)
#define TTL_SECONDS       900
#define ANSWER_TEXT_FIXED 512

struct authorization {
    struct uuid account, destination;
    bool has_destination; /* otherwise the currency's escrow */
    int64_t amount, ttl_us;
    char currency[4]; /* empty: that of the account */
    struct str description, reference, metadata;
};

void *hold_authorize_decode(const struct command_envelope *e, struct arena *a)
{
    struct authorization *h = arena_alloc(a, sizeof(*h));
    if (h == NULL || !command_decode_metadata(e->data, a, &h->metadata)) {
        return NULL;
    }
    (void)json_get_id(e->data, "account", "acct", &h->account);
    h->has_destination = json_get_id(e->data, "destination", "acct", &h->destination);
    h->amount = json_get_int(e->data, "amount", 0);
    h->ttl_us = json_get_int(e->data, "ttl_seconds", TTL_SECONDS) * US_PER_SECOND;
    command_decode_currency(e->data, h->currency);
    h->description = json_get_str(e->data, "description");
    h->reference = json_get_str(e->data, "reference");
    return h;
}

void hold_authorize_needs(const struct command *c, struct needs *n, struct arena *a)
{
    const struct authorization *h = c->data;
    needs_account(n, a, &h->account);
    if (h->has_destination) {
        needs_account(n, a, &h->destination);
    }
}

struct parties {
    struct account *account, *destination; /* NULL: unknown; no destination: the escrow, perhaps not loaded */
};

/* Without a destination captures would go to where the money is. */
static bool is_escrow(const struct account *a)
{
    if (a->type != ACCOUNT_TYPE_system) {
        return false; /* most are not, and the id takes a digest */
    }
    struct uuid escrow = account_system_id(ACCOUNT_ROLE_escrow, a->currency);
    return uuid_compare(&a->id, &escrow) == 0;
}

static bool may_be_destination(const struct command *c, const struct account *a)
{
    return a != NULL && (command_may_credit(c, a) || is_escrow(a));
}

/* OUTCOME_ok, or why not and which field is to blame. */
static enum outcome check(const struct command *c, const struct parties *p, const char **ret_pointer)
{
    const struct authorization *h = c->data;
    *ret_pointer = "/destination";
    if (h->has_destination && uuid_compare(&h->account, &h->destination) == 0) {
        return OUTCOME_same_account;
    }
    *ret_pointer = "/account";
    if (p->account == NULL || !command_may_use(c, p->account)) {
        return OUTCOME_account_not_found;
    }
    *ret_pointer = "/destination";
    if (h->has_destination && !may_be_destination(c, p->destination)) {
        return OUTCOME_account_not_found;
    }
    if (!h->has_destination && is_escrow(p->account)) {
        return OUTCOME_same_account;
    }
    *ret_pointer = "/currency";
    if (h->currency[0] != '\0' && strcmp(h->currency, p->account->currency) != 0) {
        return OUTCOME_currency_mismatch;
    }
    *ret_pointer = "/destination";
    if (p->destination != NULL && strcmp(p->destination->currency, p->account->currency) != 0) {
        return OUTCOME_currency_mismatch;
    }
    *ret_pointer = "/account";
    enum outcome refusal = account_check_hold(p->account, h->amount);
    if (refusal != OUTCOME_ok) {
        return refusal;
    }
    *ret_pointer = "/destination";
    return p->destination != NULL && p->destination->status == ACCOUNT_closed ? OUTCOME_account_closed
                                                                              : OUTCOME_ok;
}

/* Adds the hold and its money to what the account has pending; NULL when out of memory. */
static struct hold *add_hold(struct ledger *l, const struct command *c, struct account *account)
{
    const struct authorization *h = c->data;
    struct uuid id = id_next(&l->ids);
    struct hold *hold = ledger_add_hold(l, &id);
    if (hold == NULL) {
        return NULL;
    }
    hold->is_new = true;
    hold->account_id = account->id;
    hold->destination_id =
        h->has_destination ? h->destination : account_system_id(ACCOUNT_ROLE_escrow, account->currency);
    hold->owner = c->envelope.owner;
    memcpy(hold->currency, account->currency, sizeof(hold->currency));
    hold->amount = h->amount;
    hold->status = HOLD_authorized;
    hold->description = h->description;
    hold->reference = h->reference;
    hold->metadata = h->metadata;
    hold->created_us = hold->updated_us = l->now_us;
    hold->expires_us = l->now_us + h->ttl_us;
    account->debits_pending += h->amount;
    account->is_changed = !account->is_new;
    return hold;
}

/* {"hold":{...},"balances":{...}} */
static struct str text_answer(struct ledger *l, const struct command *c, struct str hold,
                              const struct account *account)
{
    struct json_out json;
    json_out_init(&json, ledger_scratch(l, ANSWER_TEXT_FIXED + hold.len));
    json_object_open(&json);
    json_key(&json, "hold");
    json_raw(&json, hold);
    json_key(&json, "balances");
    json_object_open(&json);
    answer_write_balance(&json, c, account);
    json_object_close(&json);
    json_object_close(&json);
    return ledger_keep(l);
}

void hold_authorize_decide(struct ledger *l, const struct command *c, struct answer *ret_answer)
{
    const struct authorization *h = c->data;
    const struct parties parties = {ledger_find_account(l, &h->account),
                                    h->has_destination ? ledger_find_account(l, &h->destination) : NULL};
    const char *pointer;
    enum outcome refusal = check(c, &parties, &pointer);
    if (refusal == OUTCOME_insufficient_funds) {
        answer_refuse_funds(l, ret_answer, c, parties.account, h->amount);
        return;
    }
    if (refusal != OUTCOME_ok) {
        answer_refuse(l, ret_answer, refusal, pointer,
                      refusal == OUTCOME_invalid_value ? "May go below zero: it has nothing to hold." : NULL);
        return;
    }
    struct hold *hold = add_hold(l, c, parties.account);
    if (hold == NULL) {
        return; /* out of memory: the batch is split */
    }
    const struct event_row fact = {
        .type = "hold.authorized", .resource = "hold", .object_id = hold->id, .after = hold_text(l, hold)};
    event_add(l, c, &fact);
    answer_with(ret_answer, OUTCOME_created, text_answer(l, c, fact.after, parties.account));
}
