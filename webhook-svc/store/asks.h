/* asks.h - how often an owner asks for something about his webhooks, whichever instance he asks. */
#ifndef WEBHOOK_STORE_ASKS_H
#define WEBHOOK_STORE_ASKS_H

#include "shared/io/db.h"

/* *ret_wait_ms: 0: the owner may, and has used it up; otherwise in how long he may. */
NODISCARD enum status store_take_ask(struct db *db, struct str owner, int64_t per_minute,
                                     int64_t *ret_wait_ms);

#endif
