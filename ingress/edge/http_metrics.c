/* http_metrics.c - see http_metrics.h. */
#include "ingress/edge/http_metrics.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "shared/core/clock.h"

static const int codes[HTTP_METRICS_CODES] = {200, 201, 202, 400, 401, 402, 403, 404, 405,
                                              408, 409, 413, 415, 422, 429, 500, 503, 504};

/* Which codes a route can answer; others are counted as "other". What the service is to blame for has a
   series of its own everywhere: alerts count it. */
static bool may_answer(const struct route *r, int code)
{
    if (code >= 500) {
        return r != NULL || code != 504;
    }
    if (r == NULL) {
        return code == 400 || code == 404 || code == 405 || code == 408 || code == 413;
    }
    if (code == 202) {
        return r->answers_202;
    }
    if (r->access == ACCESS_PUBLIC) {
        return code == 200 || code == 400 || code == 404;
    }
    if (strcmp(r->method, "GET") == 0) {
        return code == 200 || code == 400 || code == 401 || code == 403 || code == 404;
    }
    return code != 405;
}

static void init_route(struct route_metrics *m, const struct route *r)
{
    const char *pattern = r != NULL ? r->pattern : "none";
    const char *method = r != NULL ? r->method : "";
    char labels[160];
    snprintf(labels, sizeof(labels), "route=\"%s\",method=\"%s\"", pattern, method);
    m->duration =
        metrics_histogram("paybus_http_request_duration_seconds", "From the head of a request to its answer",
                          labels, METRICS_SECONDS_BOUNDS, METRICS_SECONDS_BOUNDS_COUNT);
    m->request_bytes = metrics_counter("paybus_http_request_body_bytes_total",
                                       "Bytes in the bodies of requests that were answered", labels);
    m->answer_bytes =
        metrics_counter("paybus_http_answer_body_bytes_total", "Bytes in the bodies of answers", labels);
    for (size_t i = 0; i < HTTP_METRICS_CODES; i++) {
        if (may_answer(r, codes[i])) {
            snprintf(labels, sizeof(labels), "route=\"%s\",method=\"%s\",code=\"%d\"", pattern, method,
                     codes[i]);
            m->codes[i] = metrics_counter("paybus_http_requests_total", "Answered requests", labels);
        }
    }
    snprintf(labels, sizeof(labels), "route=\"%s\",method=\"%s\",code=\"other\"", pattern, method);
    m->other_code = metrics_counter("paybus_http_requests_total", "Answered requests", labels);
}

static struct metric *rpc_counter(const char *result)
{
    char labels[40];
    snprintf(labels, sizeof(labels), "result=\"%s\"", result);
    return metrics_counter("paybus_bus_commands_total", "Commands handed to the bus, by how they ended",
                           labels);
}

static struct metric *cut_counter(const char *direction)
{
    char labels[40];
    snprintf(labels, sizeof(labels), "direction=\"%s\"", direction);
    return metrics_counter("paybus_http_cut_connections_total",
                           "Connections cut because a client was too slow", labels);
}

static struct metric *pool_waits(const char *pool)
{
    char labels[40];
    snprintf(labels, sizeof(labels), "pool=\"%s\"", pool);
    return metrics_histogram("paybus_db_pool_wait_duration_seconds",
                             "How long those waited who found no free database connection", labels,
                             METRICS_SECONDS_BOUNDS, METRICS_SECONDS_BOUNDS_COUNT);
}

void http_metrics_init(struct http_metrics *m, const struct route *routes, size_t count)
{
    static const char *const reasons[REJECTED_COUNT] = {
        [REJECTED_MALFORMED] = "malformed",       [REJECTED_HEADERS] = "headers_too_large",
        [REJECTED_TARGET] = "uri_too_long",       [REJECTED_BODY_SIZE] = "body_too_large",
        [REJECTED_BODY_TIMEOUT] = "body_timeout", [REJECTED_FRAMING] = "ambiguous_framing",
        [REJECTED_VERSION] = "http_version",      [REJECTED_DRAINING] = "draining",
    };
    assert(count <= HTTP_METRICS_ROUTES);
    m->table = routes;
    m->route_count = count;
    m->since_us = clock_unix_us();
    for (size_t i = 0; i < count; i++) {
        init_route(&m->routes[i], &routes[i]);
    }
    init_route(&m->no_route, NULL);
    for (size_t i = 0; i < REJECTED_COUNT; i++) {
        char labels[40];
        snprintf(labels, sizeof(labels), "reason=\"%s\"", reasons[i]);
        m->rejected[i] =
            metrics_counter("paybus_http_rejected_total",
                            "Requests refused for their HTTP, with the connection closed", labels);
    }
    m->in_flight = metrics_gauge("paybus_http_in_flight", "Requests being worked on", "");
    m->connections = metrics_gauge("paybus_http_connections", "Connections of clients that are open", "");
    m->threads = metrics_gauge("paybus_http_threads", "Threads that serve connections", "");
    m->replays = metrics_counter("paybus_idempotency_replays_total", "Answers that were given again", "");
    m->rpc_ok = rpc_counter("ok");
    m->rpc_unavailable = rpc_counter("unavailable");
    m->rpc_unknown = rpc_counter("unknown");
    m->rpc_failed = rpc_counter("failed");
    m->cut_reads = cut_counter("read");
    m->cut_writes = cut_counter("write");
    m->crowded_out = metrics_counter("paybus_http_crowded_out_connections_total",
                                     "Waiting connections closed because all threads were taken", "");
    m->pool_in_use = metrics_gauge("paybus_db_pool_in_use", "Database connections lent out", "");
    m->pool_size = metrics_gauge("paybus_db_pool_size", "Database connections that can be lent out", "");
    m->read_waits = pool_waits("reads");
    m->key_waits = pool_waits("keys");
}

static struct route_metrics *route_of(struct http_metrics *m, long route_index)
{
    return route_index < 0 ? &m->no_route : &m->routes[route_index];
}

void http_metrics_answered(struct http_metrics *m, long route_index, int status, int64_t duration_us)
{
    struct route_metrics *r = route_of(m, route_index);
    struct metric *counter = r->other_code;
    for (size_t i = 0; i < HTTP_METRICS_CODES; i++) {
        if (codes[i] == status && r->codes[i] != NULL) {
            counter = r->codes[i];
        }
    }
    metric_add(counter, 1);
    metric_observe_us(r->duration, duration_us);
}

void http_metrics_transferred(struct http_metrics *m, long route_index, size_t request_bytes,
                              size_t answer_bytes)
{
    struct route_metrics *r = route_of(m, route_index);
    metric_add(r->request_bytes, (int64_t)request_bytes);
    metric_add(r->answer_bytes, (int64_t)answer_bytes);
}

static void add_route(const struct route_metrics *r, struct http_totals *totals)
{
    int64_t other = metric_value(r->other_code); /* 411, 414, 431, 505 and the like: asked for wrongly */
    totals->count += other;
    totals->refused += other;
    totals->duration_us += metric_sum_us(r->duration);
    for (size_t i = 0; i < HTTP_METRICS_CODES; i++) {
        int64_t n = r->codes[i] != NULL ? metric_value(r->codes[i]) : 0;
        totals->count += n;
        totals->created += codes[i] == 201 ? n : 0;
        totals->succeeded += codes[i] < 300 ? n : 0;
        totals->refused += codes[i] >= 400 && codes[i] < 500 ? n : 0;
        totals->failed += codes[i] >= 500 ? n : 0;
    }
}

void http_metrics_sum(const struct http_metrics *m, bool (*is_meant)(const struct route *r),
                      struct http_totals *totals)
{
    for (size_t i = 0; i < m->route_count; i++) {
        if (is_meant(&m->table[i])) {
            add_route(&m->routes[i], totals);
        }
    }
}
