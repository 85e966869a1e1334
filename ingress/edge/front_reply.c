/* front_reply.c - head and body leave in one write; large bodies in a second. */
#include <string.h>
#include <time.h>

#include "ingress/edge/front_internal.h"
#include "shared/core/clock.h"

#define TOGETHER_MAX ((size_t)32 * 1024) /* a body up to this size is copied behind its head */

/* RFC 9110's date, made once a second. */
static const char *http_date(struct worker *w)
{
    time_t now = time(NULL);
    if (now != w->date_at) {
        struct tm tm;
        gmtime_r(&now, &tm);
        strftime(w->date, sizeof(w->date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
        w->date_at = now;
    }
    return w->date;
}

static void write_head(struct worker *w, struct mg_connection *conn)
{
    const struct exchange *ex = &w->exchange;
    struct buf *out = &w->out;
    buf_addf(out,
             "HTTP/1.1 %d %s\r\nDate: %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nX-Request-Id: %s\r\n",
             ex->status, mg_get_response_code_text(conn, ex->status), http_date(w), ex->content_type,
             exchange_body(ex).len, ex->request_id);
    buf_add_str(out, "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n");
    buf_add(out, ex->headers.data, ex->headers.len);
    if (ex->close) {
        buf_add_str(out, "Connection: close\r\n");
    } else if (ex->head.is_http_1_0) {
        buf_add_str(out, "Connection: keep-alive\r\n");
    }
    buf_add_str(out, "\r\n");
}

static bool write_all(struct mg_connection *conn, const char *data, size_t len)
{
    return len == 0 || mg_write(conn, data, len) == (int)len;
}

struct str front_answer_body(const struct exchange *ex)
{
    bool has_body = ex->head.method == NULL || strcmp(ex->head.method, "HEAD") != 0;
    return has_body ? exchange_body(ex) : (struct str){0};
}

bool front_write_reply(struct worker *w, struct mg_connection *conn)
{
    struct str body = front_answer_body(&w->exchange);
    bool together = body.len <= TOGETHER_MAX;
    buf_reset(&w->out);
    write_head(w, conn);
    if (together) {
        buf_add(&w->out, body.data, body.len);
    }
    if (buf_status(&w->out) != STATUS_OK) {
        return false;
    }
    int64_t deadline_us = clock_monotonic_us() + w->front->ingress->config.write_timeout_ms * 1000;
    (void)watch_set(w->front->watch, w->slot, WATCH_WRITE, deadline_us);
    bool written = write_all(conn, w->out.data, w->out.len);
    if (written && !together) {
        written = write_all(conn, body.data, body.len);
    }
    if (watch_set(w->front->watch, w->slot, WATCH_NOTHING, 0)) {
        metric_add(w->front->ingress->metrics.cut_writes, 1);
        written = false;
    }
    return written;
}
