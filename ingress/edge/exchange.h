/* exchange.h - one request in hand and the answer that is being made for it. Handlers see nothing of HTTP
 * below this.
 */
#ifndef INGRESS_EDGE_EXCHANGE_H
#define INGRESS_EDGE_EXCHANGE_H

#include "ingress/domain/http_head.h"
#include "ingress/domain/route.h"
#include "ingress/edge/ingress.h"
#include "shared/core/trace.h"
#include "shared/core/typeid.h"

#define EXCHANGE_ANSWER_MAX ((size_t)4 << 20)   /* 25 rows with all the metadata that fits */
#define EXCHANGE_REPLY_MAX  ((size_t)8 << 20)   /* a command's: what fits into one message of the bus */
#define EXCHANGE_ARENA_MAX  ((size_t)5 << 20)   /* the largest body, and what a request needs besides */
#define EXCHANGE_BIG        ((size_t)256 << 10) /* answers beyond this share... */
#define EXCHANGE_BIG_MAX    ((size_t)64 << 20)  /* ...so much: slow readers must not fill the memory */
#define EXCHANGE_BODIES_MAX ((size_t)32 << 20)  /* bodies as large share this: nor must slow writers */
#define EXCHANGE_RANDOM     48                  /* bytes of a request: its id, its trace, its command */
#define JSON_TYPE           "application/json"
#define PROBLEM_TYPE        "application/problem+json"

struct exchange {
    struct ingress *ingress;
    /* the request */
    const struct route *route; /* NULL while none is known */
    struct http_head head;
    char request_id[HTTP_REQUEST_ID_MAX + 1];
    char traceparent[TRACEPARENT_SIZE]; /* what goes on from here */
    struct str id;                      /* what stands for {id} */
    struct uuid uuid;                   /* {id} read by the route's prefix */
    struct str body;
    struct credential credential; /* of routes with a scope */
    char actor[TYPEID_TEXT_SIZE]; /* who does it, for the audit trail: the credential's id */
    bool is_staff;
    struct param_value params[QUERY_PARAMS_MAX]; /* by the route's params */
    int64_t started_us;                          /* clock_monotonic_us */
    int64_t deadline_us;                         /* clock_monotonic_us */
    struct arena arena;
    uint8_t random[EXCHANGE_RANDOM]; /* drawn from the kernel at once */
    size_t random_used;
    /* the answer */
    int status;
    const char *content_type;
    struct buf answer;
    struct str page;    /* sent in place of answer if there is one; outlives the request */
    struct buf headers; /* further ones, each with its CRLF */
    size_t big_bytes;   /* taken from what big answers share */
    size_t body_bytes;  /* taken from what big bodies share */
    bool replayed;      /* a command's answer that was given before */
    bool close;         /* the connection, after the answer */
};

/* Empty, with ids and times of its own; buffers keep their memory. */
void exchange_begin(struct exchange *ex, struct ingress *in);
/* The answer is sent: a thread that waits for its next request holds nothing big. */
void exchange_end(struct exchange *ex);
void exchange_free(struct exchange *ex);
/* Is there memory for a body of that size? Otherwise the answer is that Paybus is busy. */
bool exchange_admit_body(struct exchange *ex, size_t bytes);
/* Fresh random bytes of this request; EXCHANGE_RANDOM in all. */
void exchange_random(struct exchange *ex, void *ret_bytes, size_t len);
/* The parameter of that name; the route must have it. */
const struct param_value *exchange_param(const struct exchange *ex, const char *name);
/* Whose objects the caller may see: everybody's ({NULL, 0}, for staff) or their own. */
struct str exchange_owner(const struct exchange *ex);

/* Answers. Each replaces what was written before. */
void exchange_refuse(struct exchange *ex, enum outcome o, const char *detail);
void exchange_problem(struct exchange *ex, struct problem *p);
/* Starts a 200 answer in JSON. */
struct json_out exchange_json(struct exchange *ex);
/* Called once, with the answer complete: one that cannot be kept in memory becomes a refusal. */
void exchange_settle(struct exchange *ex);
/* As it is. */
void exchange_raw(struct exchange *ex, int status, const char *content_type, struct str body);
/* 200 with a page that outlives the request: not copied, so that its slow readers take no memory. */
void exchange_page(struct exchange *ex, const char *content_type, struct str page);
/* What is sent. */
struct str exchange_body(const struct exchange *ex);

#endif
