/* projector.h - the thread that consumes PAY_EVENTS: balances as events tell them, compared with the ledger's
   as soon as an event moves them. Any number of instances share the consumer. */
#ifndef RECON_EDGE_PROJECTOR_H
#define RECON_EDGE_PROJECTOR_H

#include "recon-svc/edge/config.h"
#include "recon-svc/edge/scheduler.h"

struct projector;
/* A difference wakes the scheduler, whose run says what it is. */
NODISCARD enum status projector_start(const struct recon_config *config, struct bus *bus,
                                      struct scheduler *scheduler, struct projector **ret_projector);
/* After service_is_stopping() turned true, before bus_close; NULL-safe. */
void projector_join(struct projector *p);
void projector_close(struct projector *p); /* after bus_close; NULL-safe */

#endif
