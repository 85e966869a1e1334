/* http_metrics.h - what ingress counts. Series are made at start, so that they are there with 0. */
#ifndef INGRESS_EDGE_HTTP_METRICS_H
#define INGRESS_EDGE_HTTP_METRICS_H

#include "ingress/domain/route.h"
#include "shared/io/metrics.h"

#define HTTP_METRICS_ROUTES 128
#define HTTP_METRICS_CODES  18

enum rejection { /* refused before a route was found; the connection was closed */
                 REJECTED_MALFORMED,
                 REJECTED_HEADERS,
                 REJECTED_TARGET,
                 REJECTED_BODY_SIZE,
                 REJECTED_BODY_TIMEOUT,
                 REJECTED_FRAMING,
                 REJECTED_VERSION,
                 REJECTED_DRAINING,
                 REJECTED_COUNT
};

struct route_metrics {
    struct metric *duration, *request_bytes, *answer_bytes;
    struct metric *codes[HTTP_METRICS_CODES];
    struct metric *other_code;
};
struct http_metrics {
    const struct route *table;
    size_t route_count;
    int64_t since_us;                                 /* when counting began */
    struct route_metrics routes[HTTP_METRICS_ROUTES]; /* by the table's order */
    struct route_metrics no_route;
    struct metric *in_flight, *threads, *connections, *replays;
    struct metric *rejected[REJECTED_COUNT];
    struct metric *rpc_ok, *rpc_unavailable, *rpc_unknown, *rpc_failed;
    struct metric *cut_reads, *cut_writes, *crowded_out;
    struct metric *pool_in_use, *pool_size;
    struct metric *read_waits, *key_waits; /* histograms: for a connection of the pools */
};

/* What was answered since the start. */
struct http_totals {
    int64_t count, created, succeeded, refused, failed; /* 201; 2xx; 4xx; 5xx */
    int64_t duration_us;
};

/* Once, at start. routes is borrowed for life. */
void http_metrics_init(struct http_metrics *m, const struct route *routes, size_t count);
/* route_index < 0: none. */
void http_metrics_answered(struct http_metrics *m, long route_index, int status, int64_t duration_us);
/* Of its body and of that of its answer. route_index < 0: none. */
void http_metrics_transferred(struct http_metrics *m, long route_index, size_t request_bytes,
                              size_t answer_bytes);
/* Adds up the routes that are meant. */
void http_metrics_sum(const struct http_metrics *m, bool (*is_meant)(const struct route *r),
                      struct http_totals *totals);

#endif
