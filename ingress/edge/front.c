/* front.c - one request from civetweb's callback to the answer; start and stop. */
#include "ingress/edge/front.h"

#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ingress/edge/dispatch.h"
#include "ingress/edge/front_internal.h"
#include "ingress/edge/routes.h"
#include "shared/core/clock.h"
#include "shared/io/log.h"
#include "shared/io/readiness.h"

#define OUT_MAX       ((size_t)64 * 1024)
#define TELL_EVERY_US INT64_C(1000000)
/* instrumented frames are larger */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(__clang__)
#define STACK_BYTES ((size_t)2048 * 1024)
#else
#define STACK_BYTES ((size_t)256 * 1024)
#endif
#define ARENAS         4   /* of malloc: 300 threads must not have 300 heaps */
#define CLIENT_GONE    499 /* for civetweb; nobody sees it */
#define FAREWELL_MS    500 /* draining, but still serving */
#define DRAIN_CHECK_US 5000

static void reject(struct worker *w, enum rejection why, struct problem *p)
{
    metric_add(w->front->ingress->metrics.rejected[why], 1);
    exchange_problem(&w->exchange, p);
    w->exchange.close = true;
}

static enum rejection rejection_of(enum outcome o)
{
    if (o == OUTCOME_headers_too_large) {
        return REJECTED_HEADERS;
    }
    return o == OUTCOME_uri_too_long ? REJECTED_TARGET : REJECTED_FRAMING;
}

static bool refuse_while_draining(struct worker *w)
{
    int64_t since_us = atomic_load(&w->front->draining_since_us);
    if (since_us == 0) {
        return false;
    }
    w->exchange.close = true;
    if (clock_monotonic_us() - since_us < FAREWELL_MS * 1000) {
        return false;
    }
    struct problem p;
    problem_init(&p, OUTCOME_unavailable);
    problem_detail(&p, "This instance is stopping.");
    reject(w, REJECTED_DRAINING, &p);
    return true;
}

static bool find_route(struct worker *w)
{
    struct exchange *ex = &w->exchange;
    struct route_match m = route_find(ingress_routes, ingress_route_count, ex->head.method, ex->head.target);
    ex->route = m.route;
    ex->id = m.id;
    if (m.route != NULL) {
        return true;
    }
    if (m.path_exists) {
        buf_add_str(&ex->headers, "Allow: ");
        route_allowed_methods(ingress_routes, ingress_route_count, ex->head.target, &ex->headers);
        buf_add_str(&ex->headers, "\r\n");
        exchange_refuse(ex, OUTCOME_method_not_allowed, NULL);
    } else {
        exchange_refuse(ex, OUTCOME_not_found, NULL);
    }
    ex->close = ex->close || w->framing.content_length > 0; /* the body is not read */
    return false;
}

/* False: there is an answer, or (no status) nobody to answer. */
static bool read_body(struct worker *w, struct mg_connection *conn)
{
    struct exchange *ex = &w->exchange;
    struct problem p;
    if (w->framing.content_length > ex->route->body_limit) {
        problem_init(&p, OUTCOME_payload_too_large);
        problem_detail(&p, "This route takes at most %lld bytes.", (long long)ex->route->body_limit);
        reject(w, REJECTED_BODY_SIZE, &p);
        return false;
    }
    /* What large bodies share is not for strangers: a few slow ones could take all of it. */
    size_t wanted = (size_t)w->framing.content_length;
    if ((wanted > EXCHANGE_BIG && !dispatch_admits(ex)) || !exchange_admit_body(ex, wanted)) {
        ex->close = true;
        return false;
    }
    enum status s = front_read_body(w, conn);
    if (s == STATUS_OK) {
        return true;
    }
    if (s == STATUS_TIMEOUT) {
        problem_init(&p, OUTCOME_request_timeout);
        reject(w, REJECTED_BODY_TIMEOUT, &p);
    } else if (s == STATUS_NO_MEMORY) {
        exchange_refuse(ex, OUTCOME_internal_error, NULL);
    }
    ex->close = true;
    return false;
}

static void serve(struct worker *w, struct mg_connection *conn)
{
    struct exchange *ex = &w->exchange;
    struct problem p;
    if (front_read_head(w, mg_get_request_info(conn), &p) != STATUS_OK) {
        reject(w, rejection_of(p.outcome), &p);
        return;
    }
    ex->close = !w->framing.keep_alive;
    if (refuse_while_draining(w) || !find_route(w) || !read_body(w, conn)) {
        return;
    }
    int64_t timeout_ms =
        ex->route->timeout_ms != 0 ? ex->route->timeout_ms : ex->ingress->config.request_timeout_ms;
    ex->deadline_us = clock_monotonic_us() + timeout_ms * 1000;
    dispatch(ex);
}

/* A fault of ours is told each time. What is not available may be so for everybody: one of a second is told,
   to have a trace to follow; the counters have all. */
static enum log_level level_of(int status)
{
    static atomic_llong told_us;
    if (status != 503 && status != 504)
        return status == 500 ? LOG_ERROR : LOG_DEBUG;
    long long last_us = atomic_load(&told_us), now_us = clock_monotonic_us();
    bool is_next = (last_us == 0 || now_us - last_us >= TELL_EVERY_US) &&
                   atomic_compare_exchange_strong(&told_us, &last_us, now_us);
    return is_next ? LOG_WARN : LOG_DEBUG;
}

static void log_request(const struct exchange *ex, int64_t duration_us)
{
    char trace[TRACE_ID_SIZE];
    enum log_level level = level_of(ex->status);
    log_event(level, "request", log_str("method", ex->head.method),
              log_str("route", ex->route != NULL ? ex->route->pattern : "none"),
              log_int("status", ex->status), log_int("duration_us", duration_us),
              log_str("request_id", ex->request_id),
              log_str("trace_id", trace_id_of(str_of(ex->traceparent), trace)));
}

static void account(struct worker *w)
{
    const struct exchange *ex = &w->exchange;
    int64_t duration_us = clock_monotonic_us() - ex->started_us;
    struct http_metrics *m = &w->front->ingress->metrics;
    long route_index = ex->route != NULL ? ex->route - ingress_routes : -1;
    http_metrics_answered(m, route_index, ex->status, duration_us);
    http_metrics_transferred(m, route_index, ex->body.len, front_answer_body(ex).len);
    log_request(ex, duration_us);
}

/* The answer is complete: send it and settle the connection. */
static void finish(struct worker *w, struct mg_connection *conn)
{
    struct exchange *ex = &w->exchange;
    bool unread = ex->close && ex->body.len == 0 && w->framing.content_length != 0;
    if (ex->status != 0) {
        account(w);
    }
    if (ex->status == 0 || !front_write_reply(w, conn) || ex->close) {
        mg_disable_connection_keep_alive(conn); /* also keeps civetweb from reading on for ever */
    }
    exchange_end(ex);
    if (ex->status != 0 && unread) {
        watch_linger(conn);
    }
}

static int on_request(struct mg_connection *conn)
{
    struct worker *w = mg_get_thread_pointer(conn);
    if (watch_set(w->front->watch, w->slot, WATCH_NOTHING,
                  0)) { /* cut in this very moment: nobody would get an answer */
        mg_disable_connection_keep_alive(conn);
        return CLIENT_GONE;
    }
    atomic_fetch_add(&w->front->in_flight, 1);
    exchange_begin(&w->exchange, w->front->ingress);
    w->framing = (struct http_framing){0};
    serve(w, conn);
    finish(w, conn);
    atomic_fetch_sub(&w->front->in_flight, 1);
    (void)watch_set(w->front->watch, w->slot, WATCH_HEAD, 0);
    return w->exchange.status != 0 ? w->exchange.status : CLIENT_GONE;
}

/* What civetweb refuses by itself. It closes the connection after this. */
static void explain(const struct mg_request_info *ri, int status, struct problem *ret_problem)
{
    bool has_method = ri->request_method != NULL && status == 400;
    if (status == 413) {
        problem_init(ret_problem, OUTCOME_headers_too_large);
    } else if (status == 505) {
        problem_init(ret_problem, OUTCOME_http_version_not_supported);
    } else if (status == 500) {
        problem_init(ret_problem, OUTCOME_internal_error);
    } else if (has_method && strcmp(ri->request_method, "TRACE") == 0) {
        problem_init(ret_problem, OUTCOME_method_not_allowed);
    } else if (has_method && ri->request_uri != NULL && !http_method_is_known(ri->request_method)) {
        problem_init(ret_problem, OUTCOME_not_implemented);
    } else {
        problem_init(ret_problem, OUTCOME_invalid_request);
    }
}

static int on_error(struct mg_connection *conn, int status, const char *message)
{
    (void)message;
    struct worker *w = mg_get_thread_pointer(conn);
    const struct mg_request_info *ri = mg_get_request_info(conn);
    struct exchange *ex = &w->exchange;
    struct problem p;
    (void)watch_set(w->front->watch, w->slot, WATCH_NOTHING, 0);
    exchange_begin(ex, w->front->ingress);
    w->framing = (struct http_framing){0};
    explain(ri, status, &p);
    if (ri->num_headers > 0 && ri->http_version != NULL && status != 505) { /* framing: say which */
        struct mg_request_info copy = *ri;
        copy.local_uri_raw = ri->request_uri;
        struct problem better;
        if (front_read_head(w, &copy, &better) != STATUS_OK) {
            p = better;
        }
    }
    if (p.outcome == OUTCOME_method_not_allowed) {
        buf_add_str(&ex->headers, "Allow: GET, HEAD, POST\r\n");
    }
    reject(w,
           p.outcome == OUTCOME_headers_too_large            ? REJECTED_HEADERS
           : p.outcome == OUTCOME_http_version_not_supported ? REJECTED_VERSION
                                                             : REJECTED_MALFORMED,
           &p);
    account(w);
    (void)front_write_reply(w, conn);
    exchange_end(ex);
    mg_disable_connection_keep_alive(conn);
    watch_linger(conn);
    return 0;
}

static int on_open(const struct mg_connection *conn, void **ret_conn_data)
{
    struct worker *w = mg_get_thread_pointer(conn);
    *ret_conn_data = NULL;
    watch_opened(w->front->watch, w->slot, conn);
    return 0;
}

/* Before the socket is closed. */
static void on_close(const struct mg_connection *conn)
{
    struct worker *w = mg_get_thread_pointer(conn);
    watch_closed(w->front->watch, w->slot);
}

static int on_log(const struct mg_connection *conn, const char *message)
{
    (void)conn;
    log_event(LOG_WARN, "http_front", log_str("message", message));
    return 1;
}

static void *on_thread_start(const struct mg_context *ctx, int type)
{
    if (type != 1) { /* not a worker */
        return NULL;
    }
    struct worker *w = calloc(1, sizeof(*w));
    if (w == NULL) {
        log_event(LOG_ERROR, "http_thread_out_of_memory");
        abort();
    }
    w->front = mg_get_user_data(ctx);
    w->slot = atomic_fetch_add(&w->front->workers, 1);
    buf_init(&w->out, OUT_MAX);
    return w;
}

static void on_thread_end(const struct mg_context *ctx, int type, void *pointer)
{
    (void)ctx;
    struct worker *w = pointer;
    if (type == 1 && w != NULL) {
        exchange_free(&w->exchange);
        buf_free(&w->out);
        free(w);
    }
}

/* Hundreds of HTTP threads: small stacks, few heaps. Threads that others start later have what they are used
 * to. */
static struct mg_context *start_threads(const struct mg_callbacks *callbacks, struct front *f,
                                        const char **options)
{
    pthread_attr_t before, small;
    pthread_getattr_default_np(&before);
    pthread_getattr_default_np(&small);
    pthread_attr_setstacksize(&small, STACK_BYTES);
    pthread_setattr_default_np(&small);
    mallopt(M_ARENA_MAX, ARENAS);
    struct mg_context *civetweb = mg_start(callbacks, f, options);
    pthread_setattr_default_np(&before);
    pthread_attr_destroy(&small);
    pthread_attr_destroy(&before);
    return civetweb;
}

static struct mg_context *start_civetweb(struct front *f)
{
    const struct ingress_config *c = &f->ingress->config;
    char threads[16], header_ms[16], keep_alive_ms[16], head_max[16];
    snprintf(threads, sizeof(threads), "%lld", (long long)c->http_threads);
    snprintf(header_ms, sizeof(header_ms), "%lld", (long long)c->header_timeout_ms);
    snprintf(keep_alive_ms, sizeof(keep_alive_ms), "%lld", (long long)c->keep_alive_timeout_ms);
    snprintf(head_max, sizeof(head_max), "%d", FRONT_HEAD_MAX);
    const char *options[] = {
        "listening_ports",
        c->http_listen,
        "num_threads",
        threads,
        "max_request_size",
        head_max,
        "request_timeout_ms",
        header_ms,
        "keep_alive_timeout_ms",
        keep_alive_ms,
        "enable_keep_alive",
        "yes",
        "tcp_nodelay",
        "1",
        "listen_backlog",
        "1024",
        "connection_queue",
        "256",
        "decode_url",
        "no",
        "enable_directory_listing",
        "no",
        "enable_auth_domain_check",
        "no",
        "access_control_allow_origin",
        "",
        "access_control_allow_methods",
        "",
        "access_control_allow_headers",
        "",
        "cgi_pattern",
        "",
        "ssi_pattern",
        "",
        NULL,
    };
    struct mg_callbacks callbacks = {
        .begin_request = on_request,
        .http_error = on_error,
        .init_connection = on_open,
        .connection_close = on_close,
        .log_message = on_log,
        .init_thread = on_thread_start,
        .exit_thread = on_thread_end,
    };
    mg_init_library(0);
    return start_threads(&callbacks, f, options);
}

static void collect(void *context)
{
    const struct front *f = context;
    metric_set(f->ingress->metrics.in_flight, atomic_load(&f->in_flight));
    metric_set(f->ingress->metrics.connections, watch_connections(f->watch));
    metric_set(f->ingress->metrics.threads, atomic_load(&f->workers));
    metric_set(f->ingress->metrics.pool_in_use, db_pool_in_use(f->ingress->pool));
    metric_set(f->ingress->metrics.pool_size, f->ingress->config.database_pool);
}

enum status front_start(struct ingress *in, struct front **ret_front)
{
    static struct front f; /* one per process, read by metrics until its end */
    f.ingress = in;
    enum status s = watch_start((int)in->config.http_threads, in->metrics.crowded_out, &f.watch);
    if (s != STATUS_OK) {
        return s;
    }
    f.civetweb = start_civetweb(&f);
    if (f.civetweb == NULL) {
        watch_stop(f.watch);
        log_event(LOG_ERROR, "listen_failed", log_str("address", in->config.http_listen));
        return STATUS_UNAVAILABLE;
    }
    metrics_on_collect(collect, &f);
    readiness_export(in->checks, INGRESS_CHECKS);
    *ret_front = &f;
    return STATUS_OK;
}

void front_stop(struct front *f, int drain_ms)
{
    if (f == NULL) {
        return;
    }
    int64_t since_us = clock_monotonic_us();
    atomic_store(&f->draining_since_us, since_us);
    struct timespec pause = {.tv_nsec = DRAIN_CHECK_US * 1000};
    while (clock_monotonic_us() - since_us < (int64_t)drain_ms * 1000) {
        bool is_over = clock_monotonic_us() - since_us > FAREWELL_MS * 1000;
        if (is_over && atomic_load(&f->in_flight) == 0) {
            break;
        }
        nanosleep(&pause, NULL);
    }
    mg_stop(f->civetweb);
    watch_stop(f->watch);
    f->civetweb = NULL;
    f->watch = NULL;
    mg_exit_library();
}
