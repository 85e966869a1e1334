/* metrics_summary.h - GET /metrics/summary: in a few figures how requests went since this ingress started. */
#ifndef INGRESS_EDGE_METRICS_SUMMARY_H
#define INGRESS_EDGE_METRICS_SUMMARY_H

#include "ingress/edge/exchange.h"

void metrics_summary(struct exchange *ex);

#endif
