/* webhook_metrics.c - see webhook_metrics.h. */
#include "webhook-svc/edge/webhook_metrics.h"

#include <stdio.h>

struct webhook_metrics webhook_metrics;

static void register_kind(enum work_kind kind)
{
    struct webhook_kind_metrics *m = &webhook_metrics.kinds[kind];
    char labels[48];
    (void)snprintf(labels, sizeof labels, "kind=\"%s\"", work_kind_name(kind));
    m->received =
        metrics_counter("paybus_work_received_total", "Messages about work, the same one again too.", labels);
    m->processed = metrics_counter("paybus_work_processed_total", "Work that was done.", labels);
    m->ignored = metrics_counter("paybus_work_ignored_total", "Work of a type that nobody handles.", labels);
    m->failed = metrics_counter("paybus_work_failed_total",
                                "Attempts that failed and are followed by another.", labels);
    m->dead = metrics_counter("paybus_work_dead_total", "Work that was given up.", labels);
    m->missed =
        metrics_counter("paybus_work_missed_total",
                        "Work put aside untried: its webhook endpoint is disabled or deleted.", labels);
    m->replayed =
        metrics_counter("paybus_work_replayed_total",
                        "Work that was put back: by operators, or deliveries by their owners.", labels);
    m->lost = metrics_counter("paybus_work_leases_lost_total",
                              "Claimed attempts that another worker took over before they ended.", labels);
    m->set_aside =
        metrics_counter("paybus_work_set_aside_total",
                        "Messages put off because the database refuses what they are about.", labels);
    m->in_flight = metrics_gauge("paybus_work_in_flight", "Work in hand.", labels);
    m->pending = metrics_gauge("paybus_work_pending", "Messages that wait behind those in hand.", labels);
    m->duration =
        metrics_histogram("paybus_work_attempt_duration_seconds", "From an attempt's begin to its end.",
                          labels, METRICS_SECONDS_BOUNDS, METRICS_SECONDS_BOUNDS_COUNT);
    m->latency =
        metrics_histogram("paybus_work_latency_seconds", "From the stream to the end of work that was done.",
                          labels, METRICS_SECONDS_BOUNDS, METRICS_SECONDS_BOUNDS_COUNT);
}

void webhook_metrics_consume(enum work_kind kind)
{
    char labels[48];
    (void)snprintf(labels, sizeof labels, "kind=\"%s\"", work_kind_name(kind));
    webhook_metrics.kinds[kind].asking =
        metrics_gauge("paybus_work_consumer_ready",
                      "1 while the kind's consumer of PAY_WORK is there, 0 while it is not.", labels);
}

static void register_deliveries(struct webhook_metrics *m)
{
    for (int o = 0; o < DELIVERY_OUTCOME_COUNT; o++) {
        char labels[48];
        (void)snprintf(labels, sizeof labels, "outcome=\"%s\"",
                       delivery_outcome_name((enum delivery_outcome)o));
        m->deliveries[o] =
            metrics_counter("paybus_delivery_attempts_total", "Tries to deliver, by how they ended.", labels);
    }
    for (int d = 0; d < DELIVERY_DELAY_COUNT; d++) {
        char labels[48];
        (void)snprintf(labels, sizeof labels, "reason=\"%s\"", delivery_delay_name((enum delivery_delay)d));
        m->deliveries_put_off[d] = metrics_counter("paybus_deliveries_put_off_total",
                                                   "Deliveries that were not tried now, by reason.", labels);
    }
    m->delivery_duration =
        metrics_histogram("paybus_delivery_duration_seconds", "Of a request to a webhook endpoint.", "",
                          METRICS_SECONDS_BOUNDS, METRICS_SECONDS_BOUNDS_COUNT);
    m->delivery_lag =
        metrics_histogram("paybus_delivery_lag_seconds", "From an event to the good answer of who is told.",
                          "", METRICS_SECONDS_BOUNDS, METRICS_SECONDS_BOUNDS_COUNT);
    m->first_attempt_lag =
        metrics_histogram("paybus_delivery_first_attempt_lag_seconds",
                          "From an event to the first request that tells of it, whatever that is answered.",
                          "", METRICS_SECONDS_BOUNDS, METRICS_SECONDS_BOUNDS_COUNT);
    m->deliveries_made = metrics_counter("paybus_deliveries_made_total", "Deliveries made from events.", "");
    m->fanout_pending = metrics_gauge("paybus_delivery_events_pending",
                                      "Events that wait to become deliveries, as the stream last said.", "");
    m->fanout_lag =
        metrics_gauge("paybus_delivery_fanout_lag_seconds",
                      "Since when the oldest events wait that have not become deliveries; 0: none do.", "");
    m->events_swept =
        metrics_counter("paybus_delivery_events_swept_total",
                        "Events read from the database, for the stream had not brought them.", "");
    m->deliveries_swept =
        metrics_counter("paybus_deliveries_swept_total", "Deliveries made of such events.", "");
    m->events_refused =
        metrics_counter("paybus_delivery_events_refused_total",
                        "Events of which the database refuses a delivery; each is a dead letter.", "");
    m->endpoints_disabled = metrics_counter("paybus_webhook_endpoints_disabled_total",
                                            "Webhook endpoints switched off for failing or for 410.", "");
    static const char owners[] =
        "Owners sent to within ten minutes, by whether one of their endpoints took the last of it.";
    m->owners_taking = metrics_gauge("paybus_delivery_owners", owners, "endpoints=\"taking\"");
    m->owners_failing = metrics_gauge("paybus_delivery_owners", owners, "endpoints=\"failing\"");
}

void webhook_metrics_init(void)
{
    struct webhook_metrics *m = &webhook_metrics;
    for (int kind = 0; kind < WORK_KIND_COUNT; kind++)
        register_kind((enum work_kind)kind);
    m->dead_letters = metrics_gauge("paybus_dead_letters", "Dead letters that are open.", "");
    m->dead_letters_oldest = metrics_gauge("paybus_dead_letters_oldest_timestamp_seconds",
                                           "When the oldest open dead letter was made; 0 without any.", "");
    m->swept = metrics_counter("paybus_work_put_back_total",
                               "Unfinished work whose message was gone and was published again.", "");
    register_deliveries(m);
    m->database_connects =
        metrics_counter("paybus_webhook_database_connects_total", "Database connections opened.", "");
}
