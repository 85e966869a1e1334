/* admin_http.c - a small civetweb server that answers every request from one callback, so that civetweb's own
   file handling, directory lists, CGI, SSI and WebDAV are never reached. */
#include "shared/io/admin_http.h"

#include <civetweb.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/json_out.h"
#include "shared/core/problem.h"
#include "shared/io/civetweb_stop.h"
#include "shared/io/log.h"
#include "shared/io/metrics.h"
#include "shared/io/readiness.h"

#define BODY_MAX    (4u << 20) /* 4096 series with labels stay far below */
#define DETAIL_SIZE 160

struct admin_http {
    struct mg_context *server;
    const struct readiness_check *checks;
    size_t check_count;
    atomic_bool started;
    char start_error[DETAIL_SIZE]; /* what civetweb says while it starts; logged once, with the address */
};

struct answer {
    int status;
    const char *content_type;
    const char *allow; /* NULL: no such header */
    struct buf body;
};

static void answer_problem(struct answer *a, enum outcome o)
{
    struct problem p;
    problem_init(&p, o);
    problem_write(&p, &a->body);
    a->status = outcome_http_status(o);
    a->content_type = "application/problem+json";
}

static void write_check(struct json_out *o, const char *name, bool ok, const char *detail)
{
    json_object_open(o);
    json_key(o, "name");
    json_cstr(o, name);
    json_key(o, "ok");
    json_bool(o, ok);
    json_key(o, "detail");
    json_cstr(o, detail);
    json_object_close(o);
}

/* Writes the array of checks; true if all are well. A service that stops asks its dependencies nothing more.
 */
static bool write_checks(const struct readiness_check *checks, size_t count, struct json_out *o)
{
    bool ready = true;
    if (service_is_stopping()) {
        write_check(o, "service", false, "stopping");
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        char detail[DETAIL_SIZE] = "";
        const bool ok = checks[i].is_ready(checks[i].context, detail, sizeof detail);
        write_check(o, checks[i].name, ok, detail);
        ready = ready && ok;
    }
    return ready;
}

int admin_readyz(const struct readiness_check *checks, size_t count, struct buf *out)
{
    struct buf list CLEANUP(buf_free);
    struct json_out o;
    buf_init(&list, BODY_MAX);
    json_out_init(&o, &list);
    json_array_open(&o);
    const bool ready = write_checks(checks, count, &o);
    json_array_close(&o);

    json_out_init(&o, out);
    json_object_open(&o);
    json_key(&o, "status");
    json_cstr(&o, ready ? "ready" : "not_ready");
    json_key(&o, "checks");
    json_raw(&o, (struct str){list.data, list.len});
    json_object_close(&o);
    return ready ? 200 : 503;
}

static void get_livez(const struct admin_http *admin, struct answer *a)
{
    (void)admin;
    buf_add_str(&a->body, "{\"status\":\"alive\"}");
}

static void get_readyz(const struct admin_http *admin, struct answer *a)
{
    a->status = admin_readyz(admin->checks, admin->check_count, &a->body);
}

static void get_metrics(const struct admin_http *admin, struct answer *a)
{
    (void)admin;
    a->content_type = "text/plain; version=0.0.4; charset=utf-8";
    metrics_write(&a->body);
}

static const struct {
    const char *path;
    void (*get)(const struct admin_http *admin, struct answer *a);
} routes[] = {
    {"/livez", get_livez},
    {"/readyz", get_readyz},
    {"/metrics", get_metrics},
};

static void answer_request(const struct admin_http *admin, const struct mg_request_info *request,
                           struct answer *a)
{
    const char *method = request->request_method;
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (request->local_uri_raw == NULL || strcmp(request->local_uri_raw, routes[i].path) != 0)
            continue;
        if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0) {
            routes[i].get(admin, a);
        } else {
            answer_problem(a, OUTCOME_method_not_allowed);
            a->allow = "GET, HEAD";
        }
        return;
    }
    answer_problem(a, OUTCOME_not_found);
}

static const char *reason_phrase(int status)
{
    return status == 200 ? "OK" : status == 503 ? "Service Unavailable" : "Error";
}

/* One write for all: a scrape is one segment where it fits. */
static void send_answer(struct mg_connection *conn, const struct answer *a, bool with_body, bool keep_alive)
{
    struct buf out CLEANUP(buf_free);
    buf_init(&out, BODY_MAX + 1024);
    buf_addf(&out, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nCache-Control: no-store\r\n",
             a->status, reason_phrase(a->status), a->content_type, a->body.len);
    if (a->allow != NULL)
        buf_addf(&out, "Allow: %s\r\n", a->allow);
    buf_add_str(&out, keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
    if (with_body)
        buf_add(&out, a->body.data, a->body.len);
    if (buf_status(&out) == STATUS_OK)
        (void)mg_write(conn, out.data, out.len);
}

/* A request with a body, or anything refused, ends the connection: the rest of it is never read. */
static bool may_keep_alive(const struct mg_connection *conn, const struct mg_request_info *request,
                           int status)
{
    return status == 200 && request->content_length <= 0 &&
           mg_get_header(conn, "Transfer-Encoding") == NULL && strcmp(request->http_version, "1.1") == 0;
}

/* civetweb's callback before it looks at anything; an answer other than 0 means that all is done. */
static int on_request(struct mg_connection *conn)
{
    const struct mg_request_info *request = mg_get_request_info(conn);
    struct answer a = {.status = 200, .content_type = "application/json"};
    buf_init(&a.body, BODY_MAX);
    answer_request(request->user_data, request, &a);
    if (buf_status(&a.body) != STATUS_OK) {
        log_event(LOG_ERROR, "admin_answer_too_large", log_str("path", request->local_uri_raw));
        buf_reset(&a.body);
        answer_problem(&a, OUTCOME_internal_error);
    }
    const bool keep_alive = may_keep_alive(conn, request, a.status);
    if (!keep_alive)
        mg_disable_connection_keep_alive(conn);
    send_answer(conn, &a, strcmp(request->request_method, "HEAD") != 0, keep_alive);
    buf_free(&a.body);
    return a.status;
}

/* What civetweb refuses before on_request: malformed requests. Same form as all our refusals. */
static int on_refused(struct mg_connection *conn, int status, const char *message)
{
    struct answer a = {.allow = NULL};
    (void)message;
    buf_init(&a.body, BODY_MAX);
    answer_problem(&a, OUTCOME_invalid_request);
    a.status = status;
    mg_disable_connection_keep_alive(conn);
    send_answer(conn, &a, true, false);
    buf_free(&a.body);
    return 0;
}

static int on_message(const struct mg_connection *conn, const char *message)
{
    struct admin_http *admin = conn == NULL ? NULL : mg_get_user_data(mg_get_context(conn));
    if (admin != NULL && !atomic_load(&admin->started))
        (void)snprintf(admin->start_error, sizeof admin->start_error, "%s", message);
    else
        log_event(LOG_DEBUG, "admin_http_message",
                  log_str("detail", message)); /* mostly: a client went away */
    return 1;
}

static struct mg_context *start_server(struct admin_http *admin, const char *listen)
{
    const char *const options[] = {
        "listening_ports",
        listen,
        "num_threads",
        "3",
        "request_timeout_ms",
        "2000",
        "enable_keep_alive",
        "yes",
        "access_control_allow_origin",
        "",
        "enable_directory_listing",
        "no",
        "cgi_pattern",
        "",
        "ssi_pattern",
        "",
        NULL,
    };
    const struct mg_callbacks callbacks = {
        .begin_request = on_request,
        .http_error = on_refused,
        .log_message = on_message,
    };
    return mg_start(&callbacks, admin, (const char **)options);
}

enum status admin_http_start(const char *listen, const struct readiness_check *checks, size_t count,
                             struct admin_http **ret_admin)
{
    struct admin_http *admin = calloc(1, sizeof *admin);
    if (admin == NULL)
        return STATUS_NO_MEMORY;
    admin->checks = checks;
    admin->check_count = count;
    (void)mg_init_library(MG_FEATURES_DEFAULT); /* counts its callers: the HTTP front may use it as well */
    admin->server = start_server(admin, listen);
    if (admin->server == NULL) {
        log_event(LOG_ERROR, "admin_listen_failed", log_str("address", listen),
                  log_str("detail", admin->start_error));
        (void)mg_exit_library();
        free(admin);
        return STATUS_UNAVAILABLE;
    }
    readiness_export(checks, count);
    atomic_store(&admin->started, true);
    *ret_admin = admin;
    return STATUS_OK;
}

int admin_http_port(const struct admin_http *a)
{
    struct mg_server_port port;
    return mg_get_server_ports(a->server, 1, &port) == 1 ? port.port : 0;
}

void admin_http_stop(struct admin_http *a)
{
    if (a == NULL)
        return;
    civetweb_stop(a->server);
    (void)mg_exit_library();
    free(a);
}
