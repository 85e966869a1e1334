/* ops.h - the NATS services of operators: pay.ops.dlq.replay, .list, .discard and, in demonstrations,
   pay.ops.demo.inject_failure. One of all instances answers; any number of requests come one after the other.
 */
#ifndef WEBHOOK_EDGE_OPS_H
#define WEBHOOK_EDGE_OPS_H

#include "shared/io/micro.h"
#include "webhook-svc/edge/config.h"

struct ops;
/* For micro_open: what `nats micro info webhook-svc` shows; some only in demonstrations. */
extern const struct micro_endpoint ops_endpoints[];
size_t ops_endpoint_count(const struct webhook_config *config);

/* The database may come later. config outlives it. */
NODISCARD enum status ops_open(const struct webhook_config *config, struct bus *bus, struct ops **ret_ops);
void ops_close(struct ops *o); /* after bus_close; NULL-safe */

#endif
