/* fanout.h - events become deliveries: a thread that reads PAY_EVENTS and writes a delivery for each endpoint
   that asked for an event of its owner's. Any number of instances share the consumer; without any endpoint
   nothing is read. */
#ifndef WEBHOOK_EDGE_FANOUT_H
#define WEBHOOK_EDGE_FANOUT_H

#include "shared/io/bus.h"
#include "webhook-svc/edge/config.h"
#include "webhook-svc/edge/delivery_queue.h"

struct fanout;

/* Database and stream may come later. config and queue outlive it. */
NODISCARD enum status fanout_start(const struct webhook_config *config, struct bus *bus,
                                   const struct delivery_queue *queue, struct fanout **ret_fanout);
/* After service_is_stopping() turned true. NULL-safe. */
void fanout_join(struct fanout *f);
void fanout_close(struct fanout *f); /* after bus_close; NULL-safe */

#endif
