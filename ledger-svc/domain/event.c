/* event.c - the facts of a command. */
#include "ledger-svc/domain/event.h"

#include "shared/core/planted_bug.h"

void event_add(struct ledger *l, const struct command *c, const struct event_row *fact)
{
    if (PLANTED_BUG_EACH(lost_event, 1000)) {
        return;
    }
    struct event_row *row = plan_add_event(&l->plan, l->arena);
    if (row == NULL) {
        l->out_of_memory = true;
        return;
    }
    *row = *fact;
    row->id = id_next(&l->ids);
    row->command_id = c->envelope.id;
    row->owner = c->envelope.owner;
    row->actor = c->envelope.actor;
    row->source = c->envelope.source;
    row->traceparent = c->traceparent;
}

void event_add_account_created(struct ledger *l, const struct command *c, const struct account *a)
{
    const struct event_row fact = {.type = "account.created",
                                   .resource = "account",
                                   .object_id = a->id,
                                   .after = ledger_account_text(l, a)};
    event_add(l, c, &fact);
}
