/* webhook_metrics.h - what webhook-svc counts; shared by its threads. */
#ifndef WEBHOOK_EDGE_WEBHOOK_METRICS_H
#define WEBHOOK_EDGE_WEBHOOK_METRICS_H

#include "shared/io/metrics.h"
#include "webhook-svc/domain/delivery.h"
#include "webhook-svc/domain/work.h"

struct webhook_kind_metrics {
    struct metric *received;  /* counter: messages, the same one again too */
    struct metric *processed; /* counter */
    struct metric *ignored;   /* counter: processed, though nobody handles its type */
    struct metric *failed;    /* counter: attempts that are followed by another */
    struct metric *dead;      /* counter */
    struct metric *missed;    /* counter: not tried, since nobody wants it now */
    struct metric *replayed;  /* counter: put back to work, by HTTP, on the bus or by hand */
    struct metric *lost;      /* counter: attempts that took longer than their lease */
    struct metric *set_aside; /* counter: messages of what the database refuses */
    struct metric *asking;    /* gauge: 1 while its consumer is there; NULL before webhook_metrics_consume */
    struct metric *in_flight; /* gauge */
    struct metric *pending;   /* gauge: messages that wait in the stream */
    struct metric *duration;  /* histogram: an attempt */
    struct metric *latency;   /* histogram: from the stream to its end */
};
struct webhook_metrics {
    struct webhook_kind_metrics kinds[WORK_KIND_COUNT];
    struct metric *dead_letters;        /* gauge: open ones, of all instances */
    struct metric *dead_letters_oldest; /* gauge: when the oldest of them was made, unix seconds; 0: none */
    struct metric *swept;               /* counter: work whose message was gone */
    struct metric *database_connects;   /* counter */
    struct metric *deliveries[DELIVERY_OUTCOME_COUNT];       /* counters: tries by outcome */
    struct metric *deliveries_put_off[DELIVERY_DELAY_COUNT]; /* counters: not tried now, by reason */
    struct metric *delivery_duration;                        /* histogram: a request */
    struct metric *delivery_lag;                             /* histogram: from the event to its 2xx */
    struct metric *first_attempt_lag;              /* histogram: from the event to the first request */
    struct metric *deliveries_made;                /* counter */
    struct metric *fanout_pending;                 /* gauge: events that wait to become deliveries */
    struct metric *fanout_lag;                     /* gauge: seconds since what is missing was sealed */
    struct metric *events_swept;                   /* counter: read from PostgreSQL */
    struct metric *deliveries_swept;               /* counter: made of these */
    struct metric *events_refused;                 /* counter: left as dead letters */
    struct metric *endpoints_disabled;             /* counter */
    struct metric *owners_taking, *owners_failing; /* gauges: owners that were sent to of late */
};
extern struct webhook_metrics webhook_metrics;

/* Registers every series at zero. */
void webhook_metrics_init(void);
/* This kind is worked on here: its paybus_work_consumer_ready is there, at 0. A kind without would look as if
   its consumer was missing. */
void webhook_metrics_consume(enum work_kind kind);

#endif
