/* receiver.c - civetweb with a thread for each connection, so that what hangs keeps nobody else waiting. */
#include "tests/support/receiver.h"

#include <civetweb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/clock.h"
#include "shared/io/monitor.h"
#include "tests/support/ports.h"
#include "tests/support/process.h"
#include "tests/support/servers.h"

#define KEPT_MAX 200000
#define TARDY_MS 2000
#define BODY_MAX 65536
#define LOOK_MS  5
#define SLOW_MS  1000
#define THREADS  "300"

struct receiver {
    struct mg_context *server;
    int port;
    struct monitor monitor; /* guards what follows */
    bool stopping;
    struct received *kept;
    int count;
    int64_t endless; /* bytes of answers without end that it could write */
};

static void copy_header(const struct mg_connection *c, const char *name, char *to, size_t size)
{
    const char *value = mg_get_header(c, name);
    (void)snprintf(to, size, "%s", value != NULL ? value : "");
}

static char *read_body(struct mg_connection *c)
{
    char *body = calloc(1, BODY_MAX);
    int len = 0, got = 0;
    while (body != NULL && len < BODY_MAX - 1 &&
           (got = mg_read(c, body + len, (size_t)(BODY_MAX - 1 - len))) > 0)
        len += got;
    return body;
}

/* Whether that id came before. */
static bool keep(struct receiver *r, struct mg_connection *c, const char *path)
{
    struct received one = {.at_us = clock_monotonic_us(), .from_port = mg_get_request_info(c)->remote_port};
    bool is_known = false;
    (void)snprintf(one.path, sizeof one.path, "%s", path);
    copy_header(c, "Host", one.host, sizeof one.host);
    copy_header(c, "webhook-id", one.id, sizeof one.id);
    copy_header(c, "webhook-timestamp", one.timestamp, sizeof one.timestamp);
    copy_header(c, "webhook-signature", one.signature, sizeof one.signature);
    copy_header(c, "Content-Type", one.type, sizeof one.type);
    copy_header(c, "traceparent", one.traceparent, sizeof one.traceparent);
    char *whole = read_body(c);
    one.body = whole != NULL ? strdup(whole) : NULL;
    free(whole);
    monitor_lock(&r->monitor);
    if (strcmp(path, "/first_fails") == 0)
        for (int i = 0; i < r->count; i++)
            is_known = is_known || (strcmp(r->kept[i].path, path) == 0 && strcmp(r->kept[i].id, one.id) == 0);
    if (r->count == KEPT_MAX)
        servers_fail("the receiver keeps no more");
    r->kept[r->count++] = one;
    monitor_unlock(&r->monitor);
    return is_known;
}

/* Until it stops; false: it does. */
static bool wait_ms(struct receiver *r, int64_t ms)
{
    int64_t until_us = clock_monotonic_us() + ms * 1000;
    monitor_lock(&r->monitor);
    while (!r->stopping && monitor_wait(&r->monitor, until_us))
        continue;
    bool goes_on = !r->stopping;
    monitor_unlock(&r->monitor);
    return goes_on;
}

static void answer_slowly(struct receiver *r, struct mg_connection *c)
{
    mg_printf(c, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    while (wait_ms(r, SLOW_MS) && mg_write(c, "x", 1) == 1)
        continue;
}

static void answer_endlessly(struct receiver *r, struct mg_connection *c)
{
    static const char chunk[4096] = {'e'};
    mg_printf(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
    while (wait_ms(r, 0) && mg_write(c, chunk, sizeof chunk) > 0) {
        monitor_lock(&r->monitor);
        r->endless += (int64_t)sizeof chunk;
        monitor_unlock(&r->monitor);
    }
}

static void answer_in_chunks(struct receiver *r, struct mg_connection *c)
{
    static const char chunk[] = "10\r\nand so on and on\r\n";
    mg_printf(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (wait_ms(r, 0) && mg_write(c, chunk, sizeof chunk - 1) > 0)
        continue;
}

static void answer_with_trailers(struct receiver *r, struct mg_connection *c)
{
    static const char line[] = "X-More: and one more\r\n";
    mg_printf(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n");
    while (wait_ms(r, 0) && mg_write(c, line, sizeof line - 1) > 0)
        continue;
}

static void answer_with(struct mg_connection *c, int status, const char *more)
{
    static const char body[] = "{\"as\":\"told\"}";
    mg_printf(c, "HTTP/1.1 %d So\r\nContent-Length: %zu\r\n%s\r\n%s", status, sizeof body - 1, more, body);
}

static void answer_of_size(struct mg_connection *c, size_t size)
{
    char head[64];
    int len = snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %010zu\r\n\r\n", size);
    size -= (size_t)len;
    char *body = calloc(1, size);
    (void)snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %010zu\r\n\r\n", size);
    (void)mg_write(c, head, (size_t)len);
    if (body != NULL)
        (void)mg_write(c, body, size);
    free(body);
}

static bool is(const char *path, const char *what)
{
    return strncmp(path, what, strlen(what)) == 0;
}

static int on_request(struct mg_connection *c, void *context)
{
    struct receiver *r = context;
    const char *path = mg_get_request_info(c)->local_uri;
    bool is_known = keep(r, c, path);
    if (is(path, "/hang"))
        (void)(wait_ms(r, INT32_MAX));
    else if (is(path, "/slow"))
        answer_slowly(r, c);
    else if (is(path, "/endless"))
        answer_endlessly(r, c);
    else if (is(path, "/chunks"))
        answer_in_chunks(r, c);
    else if (is(path, "/trailers"))
        answer_with_trailers(r, c);
    else if (is(path, "/sized_"))
        answer_of_size(c, strtoul(path + sizeof "/sized_" - 1, NULL, 10));
    else if (is(path, "/301"))
        answer_with(c, 301, "Location: /ok-moved\r\n");
    else if (is(path, "/302"))
        answer_with(c, 302, "Location: http://127.0.0.1/ok-moved\r\n");
    else if (is(path, "/307"))
        answer_with(c, 307, "Location: http://169.254.169.254/ok-moved\r\n");
    else if (is(path, "/429"))
        answer_with(c, 429, "Retry-After: 2\r\n");
    else if (is(path, "/later"))
        answer_with(c, 429, "Retry-After: 600\r\n");
    else if (is(path, "/gone") || (is(path, "/tardy_gone") && wait_ms(r, TARDY_MS)))
        answer_with(c, 410, "");
    else if (is(path, "/500") || is(path, "/fails") || (is(path, "/first_fails") && !is_known))
        answer_with(c, 500, "");
    else
        answer_with(c, 200, "");
    return 1;
}

struct receiver *receiver_start(void)
{
    char listen[32];
    struct receiver *r = calloc(1, sizeof *r);
    if (r == NULL || (r->kept = calloc(KEPT_MAX, sizeof *r->kept)) == NULL)
        servers_fail("no memory for a receiver");
    monitor_init(&r->monitor);
    r->port = port_free();
    (void)snprintf(listen, sizeof listen, "127.0.0.1:%d", r->port);
    const char *options[] = {"listening_ports",
                             listen,
                             "num_threads",
                             THREADS,
                             "enable_keep_alive",
                             "yes",
                             "keep_alive_timeout_ms",
                             "60000",
                             "tcp_nodelay",
                             "1",
                             NULL};
    const struct mg_callbacks callbacks = {0};
    (void)mg_init_library(0);
    r->server = mg_start(&callbacks, r, options);
    if (r->server == NULL)
        servers_fail("the receiver does not start on %s", listen);
    mg_set_request_handler(r->server, "**", on_request, r);
    return r;
}

void receiver_stop(struct receiver *r)
{
    monitor_lock(&r->monitor);
    r->stopping = true;
    monitor_broadcast(&r->monitor);
    monitor_unlock(&r->monitor);
    mg_stop(r->server);
    for (int i = 0; i < r->count; i++)
        free(r->kept[i].body);
    free(r->kept);
    monitor_destroy(&r->monitor);
    free(r);
}

int receiver_port(const struct receiver *r)
{
    return r->port;
}

int64_t receiver_endless(struct receiver *r)
{
    monitor_lock(&r->monitor);
    int64_t bytes = r->endless;
    monitor_unlock(&r->monitor);
    return bytes;
}

int receiver_count(struct receiver *r, const char *path)
{
    int count = 0;
    monitor_lock(&r->monitor);
    for (int i = 0; i < r->count; i++)
        count += strcmp(r->kept[i].path, path) == 0;
    monitor_unlock(&r->monitor);
    return count;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int receiver_distinct(struct receiver *r, const char *path)
{
    monitor_lock(&r->monitor);
    const char **ids = calloc((size_t)r->count + 1, sizeof *ids);
    size_t count = 0;
    int distinct = 0;
    for (int i = 0; ids != NULL && i < r->count; i++)
        if (strcmp(r->kept[i].path, path) == 0)
            ids[count++] = r->kept[i].id;
    if (count > 0)
        qsort(ids, count, sizeof *ids, by_text);
    for (size_t i = 0; i < count; i++)
        distinct += i == 0 || strcmp(ids[i], ids[i - 1]) != 0;
    free(ids);
    monitor_unlock(&r->monitor);
    return distinct;
}

bool receiver_get(struct receiver *r, const char *path, int n, struct received *ret_received)
{
    bool found = false;
    monitor_lock(&r->monitor);
    for (int i = 0; i < r->count && !found; i++)
        if (strcmp(r->kept[i].path, path) == 0 && n-- == 0) {
            *ret_received = r->kept[i];
            found = true;
        }
    monitor_unlock(&r->monitor);
    return found;
}

bool receiver_wait(struct receiver *r, const char *path, int count, int timeout_ms)
{
    int64_t until_ms = clock_monotonic_ms() + timeout_ms;
    while (receiver_count(r, path) < count) {
        if (clock_monotonic_ms() > until_ms)
            return false;
        pause_ms(LOOK_MS);
    }
    return true;
}
