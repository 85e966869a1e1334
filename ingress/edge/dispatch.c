/* dispatch.c - the order of these checks is the order of precedence in docs/API.md. */
#include "ingress/edge/dispatch.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "shared/core/typeid.h"

#define DEMO "demo" /* who acts by the demo's secret */

static bool authenticate(struct exchange *ex)
{
    struct str key = http_head_bearer(&ex->head);
    enum status s = key.len == 0
                        ? STATUS_NOT_FOUND
                        : credentials_find(ex->ingress->credentials, key, ex->deadline_us, &ex->credential);
    if (s == STATUS_UNAVAILABLE) {
        exchange_refuse(ex, OUTCOME_unavailable, "The database is not available.");
        return false;
    }
    if (s != STATUS_OK) {
        exchange_refuse(ex, OUTCOME_unauthorized, "Send Authorization: Bearer with a working API key.");
        return false;
    }
    ex->is_staff = scope_set_is_staff(ex->credential.scopes);
    typeid_format("key", &ex->credential.key_id, ex->actor);
    return true;
}

/* X-Demo-Secret, once and in time that tells nothing. */
static bool has_demo_secret(const struct exchange *ex)
{
    const char *given = http_header_find(&ex->head, "X-Demo-Secret");
    const struct str wanted = str_of(ex->ingress->demo_secret);
    return given != NULL && wanted.len > 0 && http_header_count(&ex->head, "X-Demo-Secret") == 1 &&
           strlen(given) == wanted.len && sodium_memcmp(given, wanted.data, wanted.len) == 0;
}

/* Outside demo mode there is nothing here, whoever asks. */
static bool admit_to_demo(struct exchange *ex)
{
    if (!ex->ingress->config.demo) {
        exchange_refuse(ex, OUTCOME_not_found, NULL);
        return false;
    }
    if (has_demo_secret(ex)) {
        snprintf(ex->credential.owner, sizeof(ex->credential.owner), "%s", DEMO);
        snprintf(ex->actor, sizeof(ex->actor), "%s", DEMO);
        ex->is_staff = true;
        return true;
    }
    if (!authenticate(ex)) {
        return false;
    }
    if (!scope_set_allows(ex->credential.scopes, SCOPE_admin)) {
        exchange_refuse(ex, OUTCOME_unauthorized, "Send X-Demo-Secret, or an admin's API key.");
        return false;
    }
    return true;
}

static bool authorize(struct exchange *ex)
{
    const struct route *r = ex->route;
    if (scope_set_allows(ex->credential.scopes, r->scope) && (ex->is_staff || !r->is_for_staff)) {
        return true;
    }
    struct problem p;
    problem_init(&p, OUTCOME_forbidden);
    problem_detail(&p, "This route needs the scope %s%s.", scope_word(r->scope),
                   r->is_for_staff ? " and ops" : "");
    exchange_problem(ex, &p);
    return false;
}

static bool read_parameters(struct exchange *ex)
{
    struct query_rules rules = {.specs = ex->route->params,
                                .count = ex->route->param_count,
                                .is_staff = ex->is_staff,
                                .arena = &ex->arena};
    struct problem p;
    if (query_parse(str_of(ex->head.query), &rules, ex->params, &p) == STATUS_OK) {
        return true;
    }
    exchange_problem(ex, &p);
    return false;
}

/* An id that cannot be one names nothing. */
static bool read_id(struct exchange *ex)
{
    if (ex->route->id_prefix == NULL || typeid_parse(ex->route->id_prefix, ex->id, &ex->uuid) == STATUS_OK) {
        return true;
    }
    exchange_refuse(ex, OUTCOME_not_found, NULL);
    return false;
}

bool dispatch_admits(struct exchange *ex)
{
    switch (ex->route->access) {
    case ACCESS_SCOPE:
        return authenticate(ex) && authorize(ex);
    case ACCESS_DEMO:
        return admit_to_demo(ex);
    case ACCESS_PUBLIC:
    case ACCESS_SIGNED: /* by its handler */
        return true;
    case ACCESS_UNDECLARED:
        break;
    }
    return false; /* route_check() at start */
}

void dispatch(struct exchange *ex)
{
    if (!dispatch_admits(ex) || !read_id(ex) || !read_parameters(ex)) {
        return;
    }
    ex->route->handle(ex);
    exchange_settle(ex);
    assert(ex->status != 0);
}
