/* route.c - a linear search: two dozen short patterns take less than a microsecond. */
#include "ingress/domain/route.h"

#include <string.h>

/* Whether path fits the pattern; *ret_id is the part for {id}. */
static bool pattern_fits(const char *pattern, const char *path, struct str *ret_id)
{
    struct str id = {0};
    while (*pattern != '\0' && *path != '\0') {
        if (*pattern == '{') {
            size_t len = strcspn(path, "/");
            id = (struct str){path, len};
            path += len;
            pattern = strchr(pattern, '}') + 1;
            if (len == 0) {
                return false;
            }
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    *ret_id = id;
    return *pattern == '\0' && *path == '\0';
}

struct route_match route_find(const struct route *routes, size_t count, const char *method, const char *path)
{
    struct route_match match = {0};
    const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
    for (size_t i = 0; i < count; i++) {
        struct str id;
        if (!pattern_fits(routes[i].pattern, path, &id)) {
            continue;
        }
        match.path_exists = true;
        if (strcmp(routes[i].method, wanted) == 0) {
            match.route = &routes[i];
            match.id = id;
            return match;
        }
    }
    return match;
}

void route_allowed_methods(const struct route *routes, size_t count, const char *path, struct buf *out)
{
    const char *separator = "";
    for (size_t i = 0; i < count; i++) {
        struct str id;
        if (pattern_fits(routes[i].pattern, path, &id)) {
            buf_addf(out, "%s%s", separator, routes[i].method);
            separator = ", ";
            if (strcmp(routes[i].method, "GET") == 0) {
                buf_add_str(out, ", HEAD");
            }
        }
    }
}

static bool is_served(const char *method)
{
    static const char *const methods[] = {"GET", "POST", "PATCH", "DELETE"};
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        if (strcmp(method, methods[i]) == 0) {
            return true;
        }
    }
    return false;
}

static const char *check_one(const struct route *r)
{
    bool changes = strcmp(r->method, "GET") != 0;
    if (!is_served(r->method)) {
        return "has a method that nothing serves";
    }
    if (r->access == ACCESS_UNDECLARED) {
        return "says neither a scope nor that it is public";
    }
    if (r->handle == NULL || r->summary == NULL) {
        return "has no handler or summary";
    }
    if (!changes && (r->body_limit > 0 || r->command != NULL || r->key != KEY_NONE)) {
        return "reads, and so takes no body and no key";
    }
    if (r->command != NULL && command_spec_find(str_of(r->command)) == NULL) {
        return "names a command that does not exist";
    }
    if ((strstr(r->pattern, "{id}") != NULL) != (r->id_prefix != NULL)) {
        return "has an id without a prefix or a prefix without an id";
    }
    if (r->param_count > QUERY_PARAMS_MAX) {
        return "has too many parameters";
    }
    return NULL;
}

const char *route_check(const struct route *routes, size_t count, const struct route **ret_route)
{
    for (size_t i = 0; i < count; i++) {
        const char *missing = check_one(&routes[i]);
        if (missing != NULL) {
            *ret_route = &routes[i];
            return missing;
        }
    }
    return NULL;
}
