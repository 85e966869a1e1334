/* ops.h - the NATS services by which operators decide about anomalies, pay.ops.recon.acknowledge, .resolve
   and .approve, and withdraw a statement, .withdraw. One of all instances answers. To write something off
   takes two people, and on the bus people are not told apart: that is done over HTTP only, by way of ingress
   (pay.ask.recon). */
#ifndef RECON_EDGE_OPS_H
#define RECON_EDGE_OPS_H

#include "recon-svc/edge/config.h"
#include "recon-svc/edge/scheduler.h"
#include "shared/io/micro.h"

#define OPS_SERVICES 4

struct ops;
/* For micro_open. */
extern const struct micro_endpoint ops_endpoints[OPS_SERVICES];

/* The database may come later. config and scheduler outlive it. */
NODISCARD enum status ops_open(const struct recon_config *config, struct bus *bus,
                               struct scheduler *scheduler, struct ops **ret_ops);
void ops_close(struct ops *o); /* after bus_close; NULL-safe */

#endif
