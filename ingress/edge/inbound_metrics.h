/* inbound_metrics.h - what ingress counts of inbound webhooks, for each provider. */
#ifndef INGRESS_EDGE_INBOUND_METRICS_H
#define INGRESS_EDGE_INBOUND_METRICS_H

#include <stdatomic.h>

#include "ingress/domain/webhook_secrets.h"
#include "shared/io/metrics.h"

enum webhook_result {
    WEBHOOK_ACCEPTED,
    WEBHOOK_DUPLICATE,
    WEBHOOK_REUSED,       /* another event under a known id: worth an alarm */
    WEBHOOK_UNAUTHORIZED, /* its signature, or what belongs to it */
    WEBHOOK_REFUSED,      /* genuine, but no event */
    WEBHOOK_FAILED,       /* to be sent again */
    WEBHOOK_RESULTS
};
#define WEBHOOK_VERDICTS (WEBHOOK_FORGED + 1)

struct inbound_metrics {
    struct metric *received[WEBHOOK_PROVIDERS_MAX][WEBHOOK_RESULTS];
    struct metric *failures[WEBHOOK_PROVIDERS_MAX][WEBHOOK_VERDICTS];
    atomic_llong refusal_logged_us; /* monotonic */
};

/* Once, at start. */
void inbound_metrics_init(struct inbound_metrics *m, const struct webhook_secrets *secrets);
/* "forged": the words of the label and of the log. */
const char *webhook_verdict_name(enum webhook_verdict v);

#endif
