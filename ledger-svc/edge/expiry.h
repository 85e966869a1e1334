/* expiry.h - the timer that expires holds: within a second of expires_at, in one process at a time. */
#ifndef LEDGER_EDGE_EXPIRY_H
#define LEDGER_EDGE_EXPIRY_H

#include "ledger-svc/edge/config.h"

struct expiry;
/* Starts its thread, with a database connection of its own. It ends by itself when the service stops. */
NODISCARD enum status expiry_start(const struct ledger_config *config, struct expiry **ret_expiry);
/* Waits for the thread and frees it; NULL is nothing. */
void expiry_join(struct expiry *e);

#endif
