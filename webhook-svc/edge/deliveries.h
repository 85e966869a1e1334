/* deliveries.h - kind delivery: events on their way to webhook endpoints. The dispatcher sends them; how each
   try ended is stored with its work. */
#ifndef WEBHOOK_EDGE_DELIVERIES_H
#define WEBHOOK_EDGE_DELIVERIES_H

#include "shared/io/bell.h"
#include "webhook-svc/edge/config.h"
#include "webhook-svc/edge/handler.h"

struct deliveries;
extern const struct handler deliveries_handler; /* its context is a struct deliveries * */

NODISCARD enum status deliveries_open(const struct webhook_config *config,
                                      struct deliveries **ret_deliveries);
void deliveries_close(struct deliveries *d); /* after the engine has ended its thread; NULL-safe */

#endif
