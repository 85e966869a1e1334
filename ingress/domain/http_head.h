/* http_head.h - the head of a request: finding headers, and whether its framing leaves any doubt. Pure. */
#ifndef INGRESS_DOMAIN_HTTP_HEAD_H
#define INGRESS_DOMAIN_HTTP_HEAD_H

#include <stdint.h>

#include "shared/core/problem.h"

#define HTTP_TARGET_MAX     2048 /* path and query */
#define HTTP_REQUEST_ID_MAX 128

struct http_header {
    const char *name, *value;
};
struct http_head {
    const char *method;
    const char *target; /* path as it was sent, not decoded; the query is cut off */
    const char *query;  /* NULL: none */
    bool is_http_1_0;
    const struct http_header *headers;
    size_t header_count;
    size_t header_limit; /* a head with this many headers may have lost some */
};

/* What the head says about the rest of the connection. */
struct http_framing {
    int64_t content_length; /* 0 when there is no body; INT64_MAX when it is beyond int64 */
    bool expects_continue;  /* the client waits for 100 Continue before it sends the body */
    bool keep_alive;        /* the client wants to go on */
};

/* The first header of that name, any case; NULL: none. */
const char *http_header_find(const struct http_head *h, const char *name);
size_t http_header_count(const struct http_head *h, const char *name);
/* A value without the blanks around it. */
struct str http_header_trimmed(const char *value);
/* STATUS_INVALID with the problem filled when the message could be read in two ways or is not of HTTP/1: the
   connection must then be closed, since nobody knows where the next request starts. */
NODISCARD enum status http_head_check(const struct http_head *h, struct http_framing *ret_framing,
                                      struct problem *ret_problem);
/* STATUS_INVALID unless the content is JSON in UTF-8, not encoded. */
NODISCARD enum status http_head_check_json(const struct http_head *h, struct problem *ret_problem);
/* Is the content JSON in UTF-8, a value a line, not encoded? */
bool http_head_is_ndjson(const struct http_head *h);
/* Is it of that media type, in UTF-8 and without a content coding? */
bool http_head_has_file(const struct http_head *h, const char *media_type);
/* Does the client ask for text/csv? */
bool http_head_wants_csv(const struct http_head *h);
/* Does the client name gzip among the content codings that it takes? */
bool http_head_takes_gzip(const struct http_head *h);
/* The key of "Authorization: Bearer <key>"; empty if there is none, more than one, or anything behind it. */
struct str http_head_bearer(const struct http_head *h);
/* 1..HTTP_REQUEST_ID_MAX characters that are safe in headers and logs. */
bool http_request_id_is_safe(const char *id);
/* A method that is defined by HTTP, though perhaps not served here. */
bool http_method_is_known(const char *method);

#endif
