/* sweeper.h - a thread that looks after what nobody else has in hand: in every instance, each run bounded. */
#ifndef WEBHOOK_EDGE_SWEEPER_H
#define WEBHOOK_EDGE_SWEEPER_H

#include "shared/core/status.h"
#include "webhook-svc/edge/config.h"

struct sweeper;

/* The database may come later. config outlives the sweeper. */
NODISCARD enum status sweeper_start(const struct webhook_config *config, struct sweeper **ret_sweeper);
bool sweeper_database_ready(const struct sweeper *s);
/* After service_is_stopping() turned true. NULL-safe. */
void sweeper_join(struct sweeper *s);

#endif
