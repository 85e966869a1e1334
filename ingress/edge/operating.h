/* operating.h - routes for those who run Paybus: liveness, readiness, health, metrics, OpenAPI. */
#ifndef INGRESS_EDGE_OPERATING_H
#define INGRESS_EDGE_OPERATING_H

#include "ingress/edge/exchange.h"

void operating_livez(struct exchange *ex);
void operating_readyz(struct exchange *ex);
void operating_health(struct exchange *ex);
void operating_health_detailed(struct exchange *ex); /* each dependency with latency_ms */
void operating_metrics(struct exchange *ex);
void operating_openapi(struct exchange *ex);
void operating_problem(struct exchange *ex); /* what a problem's type URI shows */

#endif
