/* inbound_metrics.c - see inbound_metrics.h. */
#include "ingress/edge/inbound_metrics.h"

#include <stdio.h>

#define LABELS_SIZE 96

static const char *const results[WEBHOOK_RESULTS] = {
    [WEBHOOK_ACCEPTED] = "accepted",         [WEBHOOK_DUPLICATE] = "duplicate", [WEBHOOK_REUSED] = "reused",
    [WEBHOOK_UNAUTHORIZED] = "unauthorized", [WEBHOOK_REFUSED] = "refused",     [WEBHOOK_FAILED] = "failed",
};
static const char *const verdicts[WEBHOOK_VERDICTS] = {
    [WEBHOOK_GENUINE] = "genuine",
    [WEBHOOK_HEADER_MISSING] = "header_missing",
    [WEBHOOK_ID_INVALID] = "id_invalid",
    [WEBHOOK_TIMESTAMP_INVALID] = "timestamp_invalid",
    [WEBHOOK_TIMESTAMP_FAR] = "timestamp_too_far",
    [WEBHOOK_SIGNATURE_INVALID] = "signature_invalid",
    [WEBHOOK_FORGED] = "signature_mismatch",
};

const char *webhook_verdict_name(enum webhook_verdict v)
{
    return verdicts[v];
}

static void init_provider(struct inbound_metrics *m, size_t provider, const char *name)
{
    char labels[LABELS_SIZE];
    for (int i = 0; i < WEBHOOK_RESULTS; i++) {
        snprintf(labels, sizeof(labels), "provider=\"%s\",result=\"%s\"", name, results[i]);
        m->received[provider][i] =
            metrics_counter("paybus_webhook_received_total", "Webhook events that were sent here", labels);
    }
    for (int i = WEBHOOK_GENUINE + 1; i < WEBHOOK_VERDICTS; i++) {
        snprintf(labels, sizeof(labels), "provider=\"%s\",reason=\"%s\"", name, verdicts[i]);
        m->failures[provider][i] = metrics_counter("paybus_webhook_signature_failures_total",
                                                   "Webhook events refused for their signature", labels);
    }
}

void inbound_metrics_init(struct inbound_metrics *m, const struct webhook_secrets *secrets)
{
    for (size_t i = 0; i < secrets->provider_count; i++) {
        init_provider(m, i, secrets->providers[i].name);
    }
}
