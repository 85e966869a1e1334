/* cmd_account_create.c - opens an account for the sender or, by staff, for another owner.
   Refusals: forbidden, when owner is another than the sender and the sender is not staff. */
#include <string.h>

#include "ledger-svc/domain/event.h"

struct account_create {
    struct str owner; /* empty: the sender */
    enum account_type type;
    char currency[4];
    struct str name, metadata;
};

void *account_create_decode(const struct command_envelope *e, struct arena *a)
{
    struct account_create *n = arena_alloc(a, sizeof(*n));
    if (n == NULL || !command_decode_metadata(e->data, a, &n->metadata)) {
        return NULL;
    }
    n->owner = json_get_str(e->data, "owner");
    n->type = str_eq_c(json_get_str(e->data, "type"), "merchant") ? ACCOUNT_TYPE_merchant : ACCOUNT_TYPE_user;
    command_decode_currency(e->data, n->currency);
    n->name = json_get_str(e->data, "name");
    return n;
}

void account_create_needs(const struct command *c, struct needs *n, struct arena *a)
{
    /* A fresh id needs no lock and nothing loaded. */
    (void)c;
    (void)n;
    (void)a;
}

void account_create_decide(struct ledger *l, const struct command *c, struct answer *ret_answer)
{
    const struct account_create *n = c->data;
    struct str owner = n->owner.len > 0 ? n->owner : c->envelope.owner;
    if (!c->envelope.staff && !str_eq(owner, c->envelope.owner)) {
        answer_refuse(l, ret_answer, OUTCOME_forbidden, "/owner", "Only staff may open accounts for others.");
        return;
    }
    struct uuid id = id_next(&l->ids);
    struct account *account = ledger_add_account(l, &id);
    if (account == NULL) {
        return; /* out of memory: the batch is split */
    }
    account->owner = owner;
    account->type = n->type;
    memcpy(account->currency, n->currency, sizeof(account->currency));
    account->name = n->name;
    account->metadata = n->metadata;
    account->status = ACCOUNT_open;
    account->created_us = l->now_us;
    account->is_new = true;
    event_add_account_created(l, c, account);
    answer_account(l, ret_answer, OUTCOME_created, account);
}
