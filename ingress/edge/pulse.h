/* pulse.h - the heartbeat of the way from ingress to ledger-svc: every few seconds a question goes to whoever
   takes commands, through the bus and the queue that they take, and comes back without effect. */
#ifndef INGRESS_EDGE_PULSE_H
#define INGRESS_EDGE_PULSE_H

#include "shared/io/rpc.h"

struct pulse;

/* rpc is borrowed, with a slot of its own. */
NODISCARD enum status pulse_start(struct rpc *rpc, struct bus *bus, struct pulse **ret_pulse);
/* After the service's stop was requested: waits for the thread. NULL-safe; before rpc_close. */
void pulse_join(struct pulse *p);

#endif
