/* event.h - adds facts to the plan: who did it, why, what was before and after. Pure. */
#ifndef LEDGER_DOMAIN_EVENT_H
#define LEDGER_DOMAIN_EVENT_H

#include "ledger-svc/domain/command.h"

/* Adds fact with a fresh id and what every event takes from its command: owner, actor, source, trace. */
void event_add(struct ledger *l, const struct command *c, const struct event_row *fact);
/* account.created: nothing before, the account after. */
void event_add_account_created(struct ledger *l, const struct command *c, const struct account *a);

#endif
