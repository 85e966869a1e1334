/* dispatcher.h - sends deliveries: one thread with libcurl's multi handle and its pool of connections. An
   endpoint has so many at once and so many a second; one that does not answer is tried by one at a time; what
   waits for it holds up nobody else, and is given back before it is stale. */
#ifndef WEBHOOK_EDGE_DISPATCHER_H
#define WEBHOOK_EDGE_DISPATCHER_H

#include "webhook-svc/edge/transfer.h"

/* One try, its sender's until it was given back. */
struct sending {
    struct uuid endpoint;
    const char *owner; /* of the endpoint */
    const char *url;
    int url_version; /* of the endpoint's urls, from 1 on */
    const char *id;
    const char *traceparent;
    struct str body;
    struct webhook_secret secrets[2];
    size_t secret_count;
    int64_t unanswered; /* the endpoint's last tries in a row without an answer, as far as is stored */
    void *context;
    /* How it ended. */
    bool was_tried;
    enum delivery_delay delay; /* why not, and */
    int64_t put_off_ms;        /* for how long it is better not asked again */
    bool is_name_unknown; /* nobody could tell its addresses: result says why, whose fault it is the caller */
    struct transfer_result result;
    int64_t started_us, duration_ms; /* unix microseconds */
    /* The dispatcher's. */
    struct webhook_target target;
    struct webhook_addresses addresses;
    int64_t queued_us, begun_us; /* monotonic */
    bool is_probe;               /* of an endpoint that does not answer */
    struct receiver *receiver;
    struct sending *next;
};

struct dispatcher;
struct dispatcher_options {
    struct transfer_settings transfer;
    struct delivery_pace pace;
    int capacity;                                          /* the most that are handed over at once */
    void (*ended)(void *context, struct sending *sending); /* called by its thread */
    void *context;
};
NODISCARD enum status dispatcher_open(const struct dispatcher_options *options, struct dispatcher **ret);
/* What is under way is forgotten, and never given back. NULL-safe. */
void dispatcher_close(struct dispatcher *d);
/* From any thread; does not block. */
void dispatcher_send(struct dispatcher *d, struct sending *sending);

#endif
