/* ops_calls.h - what operators ask of other services: they answer over the bus in the form of a command's
 * reply.
 */
#ifndef INGRESS_EDGE_OPS_CALLS_H
#define INGRESS_EDGE_OPS_CALLS_H

#include "ingress/edge/exchange.h"

/* POST /v1/webhooks/events/{id}/replay, /v1/dlq/{id}/replay: by the prefix of the route's id. */
void ops_replay_one(struct exchange *ex);
/* POST /v1/dlq/replay */
void ops_replay_many(struct exchange *ex);
/* POST /v1/dlq/{id}/discard */
void ops_discard_dead_letter(struct exchange *ex);

/* POST /v1/demo/inject-failure, /v1/demo/reset */
void ops_retry_delivery(struct exchange *ex);
void ops_test_endpoint(struct exchange *ex);
void ops_recover_endpoint(struct exchange *ex);
void ops_inject_failure(struct exchange *ex);
void ops_reset(struct exchange *ex);

/* POST /v1/reconcile/run, /v1/reconcile/anomalies/{id}/acknowledge, /resolve, /approve */
void ops_reconcile(struct exchange *ex);
void ops_acknowledge_anomaly(struct exchange *ex);
void ops_resolve_anomaly(struct exchange *ex);
void ops_approve_anomaly(struct exchange *ex);
/* POST /v1/reconcile/statements/{id}/withdraw */
void ops_withdraw_statement(struct exchange *ex);

#endif
