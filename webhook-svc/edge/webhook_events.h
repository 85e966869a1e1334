/* webhook_events.h - kind webhook: inbound events by their type. Effects are commands to ledger-svc that name
   the event as their source, many on their way at once. */
#ifndef WEBHOOK_EDGE_WEBHOOK_EVENTS_H
#define WEBHOOK_EDGE_WEBHOOK_EVENTS_H

#include "shared/io/bell.h"
#include "shared/io/bus.h"
#include "webhook-svc/edge/config.h"
#include "webhook-svc/edge/handler.h"

struct webhook_events;
extern const struct handler webhook_events_handler; /* its context is a struct webhook_events * */

NODISCARD enum status webhook_events_open(const struct webhook_config *config, struct bus *bus,
                                          struct bell *bell, struct webhook_events **ret_events);
void webhook_events_close(struct webhook_events *w); /* after bus_close; NULL-safe */

#endif
