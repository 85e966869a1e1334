/* front_internal.h - what the front_*.c files share; nobody else includes it. */
#ifndef INGRESS_EDGE_FRONT_INTERNAL_H
#define INGRESS_EDGE_FRONT_INTERNAL_H

#include <civetweb.h>
#include <stdatomic.h>

#include "ingress/edge/exchange.h"
#include "ingress/edge/watch.h"

#define FRONT_HEAD_MAX 16384 /* bytes of request line and headers */

struct front {
    struct ingress *ingress;
    struct mg_context *civetweb;
    struct watch *watch;
    atomic_int workers;
    atomic_int in_flight;
    atomic_llong draining_since_us; /* 0: not draining */
};

/* One HTTP thread and what it reuses from request to request. */
struct worker {
    struct front *front;
    int slot;
    struct exchange exchange;
    struct http_header headers[MG_MAX_HEADERS];
    struct http_framing framing;
    struct buf out; /* head and body of the answer, for one write */
    time_t date_at;
    char date[32];
};

/* front_head.c: copies what civetweb parsed. STATUS_INVALID with the problem filled if the lines were not
   what they seem, or if framing leaves a doubt. */
NODISCARD enum status front_read_head(struct worker *w, const struct mg_request_info *ri,
                                      struct problem *ret_problem);
/* Are all header lines CRLF-ended, unfolded, and names next to their colons? Made from the strings' positions
   in civetweb's buffer. */
bool front_lines_are_clean(const struct mg_request_info *ri);

/* front_body.c: STATUS_TIMEOUT at the deadline, STATUS_FAILED when the client went away. */
NODISCARD enum status front_read_body(struct worker *w, struct mg_connection *conn);
/* front_reply.c: false when the client did not take it. */
bool front_write_reply(struct worker *w, struct mg_connection *conn);
/* What goes to the client behind the head: nothing for HEAD. */
struct str front_answer_body(const struct exchange *ex);

#endif
