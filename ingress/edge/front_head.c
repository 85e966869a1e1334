/* front_head.c - civetweb forgives folded lines, bare line feeds and spaces before colons; two readers of
   such a message may see two messages. It leaves NULs where it cut, and by them the lines can be checked. */
#include <string.h>

#include "ingress/edge/front_internal.h"

static const char *end_of(const char *s)
{
    return s + strlen(s);
}

/* Both characters of the CRLF were cut, and the next line starts right behind. */
static bool line_ends_before(const char *end, const char *next)
{
    return next == end + 2;
}

bool front_lines_are_clean(const struct mg_request_info *ri)
{
    if (ri->num_headers ==
        0) { /* perhaps all were dropped, from a first line on that it did not understand */
        return false;
    }
    const char *end = end_of(ri->http_version);
    for (int i = 0; i < ri->num_headers; i++) {
        const struct mg_header *h = &ri->http_headers[i];
        if (!line_ends_before(end, h->name)) {
            return false;
        }
        const char *colon = end_of(h->name);
        if (h->value > colon + 1 && colon[1] == '\0') { /* a space before the colon was cut too */
            return false;
        }
        end = end_of(h->value);
    }
    /* The empty line follows; anything else is a line that civetweb did not understand and dropped with the
     * rest. */
    return end - ri->request_method <= FRONT_HEAD_MAX - 4 && end[1] == '\0' && end[2] == '\r';
}

static void read_trace(struct exchange *ex)
{
    struct trace t;
    /* Of two nobody knows which is right: the specification wants neither. */
    if (http_header_count(&ex->head, TRACEPARENT_HEADER) != 1 ||
        trace_parse(http_header_trimmed(http_header_find(&ex->head, TRACEPARENT_HEADER)), &t) != STATUS_OK) {
        exchange_random(ex, t.trace_id, sizeof(t.trace_id));
        t.flags = 0;
    }
    exchange_random(ex, t.span_id, sizeof(t.span_id));
    trace_format(&t, ex->traceparent);
}

static void read_request_id(struct exchange *ex)
{
    const char *id = http_header_find(&ex->head, "X-Request-Id");
    if (id != NULL && http_request_id_is_safe(id)) {
        memcpy(ex->request_id, id, strlen(id) + 1);
    }
}

enum status front_read_head(struct worker *w, const struct mg_request_info *ri, struct problem *ret_problem)
{
    struct exchange *ex = &w->exchange;
    for (int i = 0; i < ri->num_headers; i++) {
        w->headers[i] = (struct http_header){ri->http_headers[i].name, ri->http_headers[i].value};
    }
    ex->head = (struct http_head){
        .method = ri->request_method,
        .target = ri->local_uri_raw,
        .query = ri->query_string,
        .is_http_1_0 = strcmp(ri->http_version, "1.0") == 0,
        .headers = w->headers,
        .header_count = (size_t)ri->num_headers,
        .header_limit = MG_MAX_HEADERS,
    };
    read_trace(ex);
    read_request_id(ex);
    if (!front_lines_are_clean(ri) && ri->num_headers < MG_MAX_HEADERS) {
        problem_init(ret_problem, OUTCOME_invalid_request);
        problem_detail(ret_problem,
                       "Header lines must end with CRLF, be unfolded and have no space before the colon.");
        return STATUS_INVALID;
    }
    return http_head_check(&ex->head, &w->framing, ret_problem);
}
