/* dispatch.c - the order of these checks is the order of precedence in docs/API.md. */
#include "ingress/edge/dispatch.h"

#include <assert.h>

#include "shared/core/typeid.h"

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
    return true;
}

static bool authorize(struct exchange *ex)
{
    if (scope_set_allows(ex->credential.scopes, ex->route->scope)) {
        return true;
    }
    struct problem p;
    problem_init(&p, OUTCOME_forbidden);
    problem_detail(&p, "This route needs the scope %s.", scope_word(ex->route->scope));
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
    return ex->route->access != ACCESS_SCOPE || (authenticate(ex) && authorize(ex));
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
