/* sweeper.h - a thread that looks after what nobody else has in hand: work whose message is gone, dead
   letters that PAY_DLQ should have or should not have any more, facts that are not in the log. In every
   instance, each run bounded. */
#ifndef WEBHOOK_EDGE_SWEEPER_H
#define WEBHOOK_EDGE_SWEEPER_H

#include "shared/io/bus.h"
#include "webhook-svc/edge/config.h"
#include "webhook-svc/edge/delivery_queue.h"

struct sweeper;

/* The database may come later. config and queue, whose length is noted, outlive the sweeper. */
NODISCARD enum status sweeper_start(const struct webhook_config *config, struct bus *bus,
                                    struct delivery_queue *queue, struct sweeper **ret_sweeper);
bool sweeper_database_ready(const struct sweeper *s);
/* After service_is_stopping() turned true. NULL-safe. */
void sweeper_join(struct sweeper *s);
void sweeper_close(struct sweeper *s); /* after bus_close; NULL-safe */

#endif
