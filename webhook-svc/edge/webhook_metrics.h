/* webhook_metrics.h - what webhook-svc counts; shared by its threads. */
#ifndef WEBHOOK_EDGE_WEBHOOK_METRICS_H
#define WEBHOOK_EDGE_WEBHOOK_METRICS_H

#include "shared/io/metrics.h"

struct webhook_metrics {
    struct metric *dead_letters;        /* gauge: open ones, of all instances */
    struct metric *dead_letters_oldest; /* gauge: when the oldest of them was made, unix seconds; 0: none */
    struct metric *database_connects;   /* counter */
};
extern struct webhook_metrics webhook_metrics;

/* Registers every series at zero. */
void webhook_metrics_init(void);

#endif
