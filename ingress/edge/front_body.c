/* front_body.c - the whole body by an absolute deadline. */
#include <string.h>

#include "ingress/edge/front_internal.h"
#include "shared/core/clock.h"

static const char CONTINUE[] = "HTTP/1.1 100 Continue\r\n\r\n";

/* mg_read() waits until all bytes are there and only ever times out between two of them: the watcher ends it.
 */
static enum status read_all(struct worker *w, struct mg_connection *conn, char *body, size_t wanted)
{
    int64_t deadline_us = clock_monotonic_us() + w->front->ingress->config.body_timeout_ms * 1000;
    size_t got = 0;
    (void)watch_set(w->front->watch, w->slot, WATCH_READ, deadline_us);
    while (got < wanted && clock_monotonic_us() < deadline_us) {
        int n = mg_read(conn, body + got, wanted - got);
        if (n <= 0) {
            break;
        }
        got += (size_t)n;
    }
    bool cut = watch_set(w->front->watch, w->slot, WATCH_NOTHING, 0);
    if (got == wanted) {
        return STATUS_OK;
    }
    if (cut) {
        metric_add(w->front->ingress->metrics.cut_reads, 1);
    }
    return cut || clock_monotonic_us() >= deadline_us ? STATUS_TIMEOUT : STATUS_FAILED;
}

enum status front_read_body(struct worker *w, struct mg_connection *conn)
{
    struct exchange *ex = &w->exchange;
    size_t wanted = (size_t)w->framing.content_length;
    if (wanted == 0) {
        return STATUS_OK;
    }
    char *body = arena_alloc(&ex->arena, wanted + 1);
    if (body == NULL) {
        return STATUS_NO_MEMORY;
    }
    if (w->framing.expects_continue && mg_write(conn, CONTINUE, strlen(CONTINUE)) <= 0) {
        return STATUS_FAILED;
    }
    enum status s = read_all(w, conn, body, wanted);
    if (s == STATUS_OK) {
        ex->body = (struct str){body, wanted};
    }
    return s;
}
