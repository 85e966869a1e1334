/* route.h - what a route is, and which one a request names. Pure. */
#ifndef INGRESS_DOMAIN_ROUTE_H
#define INGRESS_DOMAIN_ROUTE_H

#include "ingress/domain/query.h"
#include "shared/contract/command.h"
#include "shared/contract/scope.h"

/* ACCESS_SIGNED: the handler checks the signature of a webhook, which is the credential. ACCESS_DEMO: there
   in demo mode only, for whoever has the demo's secret, and admins. */
enum access { ACCESS_UNDECLARED, ACCESS_PUBLIC, ACCESS_SCOPE, ACCESS_SIGNED, ACCESS_DEMO };
enum key_rule { KEY_NONE, KEY_OPTIONAL, KEY_REQUIRED };

struct exchange; /* one request in hand: ingress/edge/exchange.h */

struct route {
    const char *method;  /* "GET", "POST", "PATCH" or "DELETE"; HEAD is served where GET is */
    const char *pattern; /* "/v1/accounts/{id}": a segment in braces is an id */
    void (*handle)(struct exchange *ex);
    /* Of a command: adds what ingress makes to its data; false: the refusal is written. NULL: nothing */
    bool (*prepare)(struct exchange *ex, json_t *data);
    /* Of a command: its good answer as the client sees it. NULL: as it is */
    struct str (*show)(struct exchange *ex, struct str answer);
    const char *command;             /* "transfer.create": the command that the body is for; NULL: none */
    const struct command_spec *body; /* what the body holds; NULL: the command's data */
    enum access access;
    enum scope scope;      /* with ACCESS_SCOPE */
    bool is_for_staff;     /* what it is about is nobody's own: ops or admin is needed beside the scope */
    const char *id_prefix; /* of {id}: anything else in its place is 404 */
    enum key_rule key;
    bool body_optional; /* an empty body stands for {} */
    int64_t body_limit; /* bytes */
    int timeout_ms;     /* from the last byte of the request to the answer; 0: PAYBUS_REQUEST_TIMEOUT_MS */
    const struct param_spec *params;
    size_t param_count;
    const char *lines_of; /* the body's list that may come as application/x-ndjson, an item a line; the other
                             fields are then parameters. NULL: only as JSON */
    const char *const *takes_files; /* the body is a file of one of these media types; NULL: it is JSON */
    bool answers_200;               /* a command that is done is 200, even if it is done now and not before */
    bool answers_202;    /* what is done is 202: it is worked off later; with answers_200, unless it was soon
                            done */
    const char *summary; /* one line for the OpenAPI document */
    const char *answer;  /* name of the answer's schema there */
};

struct route_match {
    const struct route *route; /* NULL: none */
    struct str id;             /* what stands for {id} */
    bool path_exists;          /* with another method */
};
/* path is concrete and not decoded. HEAD matches GET. */
struct route_match route_find(const struct route *routes, size_t count, const char *method, const char *path);
/* The methods of a path for the Allow header: "GET, HEAD". */
void route_allowed_methods(const struct route *routes, size_t count, const char *path, struct buf *out);
/* NULL when every route is complete; otherwise what is missing in *ret_route. */
const char *route_check(const struct route *routes, size_t count, const struct route **ret_route);

#endif
