/* accepted_webhooks.h - inbound webhook events: found by what their providers call them, and stored with the
   work that they make. */
#ifndef LEDGER_STORE_ACCEPTED_WEBHOOKS_H
#define LEDGER_STORE_ACCEPTED_WEBHOOKS_H

#include "ledger-svc/store/load.h"

/* Within the pipelines of store_load and store_save. */
NODISCARD enum status webhook_events_send(struct store *st, const struct webhook_key_list *keys);
void webhook_events_read(struct ledger *l, const PGresult *r, int row);
/* There must be some. */
NODISCARD enum status webhook_events_save(struct store *st, const struct plan *plan, int64_t now_us);

#endif
