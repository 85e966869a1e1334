/* check_endpoint.c - webhook endpoints as answered and as stored, beside the model's. */
#include <string.h>

#include "shared/core/typeid.h"
#include "tests/sim/run_internal.h"
#include "tests/sim/translate.h"

/* What the answer or the row says; NULL: nothing. */
struct told {
    const char *url, *types, *description, *status, *reason, *secret;
    bool has_previous;
};

static bool same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static struct told wanted_of(const struct model_endpoint *m, char secret[static SIM_SECRET_SIZE])
{
    static const char *const statuses[] = {[MODEL_ENDPOINT_ENABLED] = "enabled",
                                           [MODEL_ENDPOINT_DISABLED] = "disabled",
                                           [MODEL_ENDPOINT_DELETED] = "deleted"};
    const char *reason = m->is_by_owner ? "switched off by request" : "it failed";
    endpoint_secret(m->secret, secret);
    return (struct told){.url = endpoint_url(m->url),
                         .types = endpoint_types(m->types),
                         .description = endpoint_description(m->description),
                         .status = statuses[m->status],
                         .reason = m->status == MODEL_ENDPOINT_DISABLED ? reason : NULL,
                         .secret = secret,
                         .has_previous = m->has_previous_secret};
}

static bool compare(struct run *r, int number, const struct told *wanted, const struct told *found)
{
    return (same(wanted->url, found->url) && same(wanted->types, found->types) &&
            same(wanted->description, found->description) && same(wanted->status, found->status) &&
            same(wanted->reason, found->reason) && same(wanted->secret, found->secret) &&
            wanted->has_previous == found->has_previous) ||
           run_differs(r, "webhook endpoint %d differs from the model's", number);
}

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* The secret is told to whoever has just been given it. */
bool check_endpoint(struct run *r, const struct intent *in, const json_t *body, const struct expectation *e)
{
    int number = e->new_endpoint >= 0 ? e->new_endpoint : in->endpoint.number;
    char secret[SIM_SECRET_SIZE];
    struct told wanted = wanted_of(model_endpoint(r->model, number), secret);
    if (in->type != INTENT_ENDPOINT_CREATE && in->type != INTENT_ENDPOINT_ROTATE) {
        wanted.secret = NULL;
    }
    struct uuid id;
    if (typeid_parse("we", json_get_str(body, "id"), &id) != STATUS_OK) {
        return run_differs(r, "the webhook endpoint has no id");
    }
    if (e->new_endpoint >= 0) {
        r->endpoint_ids[number] = id;
    }
    char *types = json_dumps(json_object_get(body, "event_types"), JSON_COMPACT);
    const struct told found = {.url = text_of(body, "url"),
                               .types = types,
                               .description = text_of(body, "description"),
                               .status = text_of(body, "status"),
                               .reason = text_of(body, "disabled_reason"),
                               .secret = text_of(body, "secret"),
                               .has_previous = text_of(body, "previous_secret_until") != NULL};
    bool ok = uuid_compare(&id, &r->endpoint_ids[number]) == 0 && compare(r, number, &wanted, &found);
    free(types);
    return ok || run_differs(r, "webhook endpoint %d is answered wrong", number);
}

bool check_endpoints(struct run *r)
{
    for (int i = 0; i < model_endpoint_count(r->model); i++) {
        const struct model_endpoint *m = model_endpoint(r->model, i);
        const struct endpoint *e = memory_store_find_endpoint(&r->store, &r->endpoint_ids[i]);
        char secret[SIM_SECRET_SIZE];
        const struct told wanted = wanted_of(m, secret);
        if (e == NULL || e->url_version != m->url_version || !str_eq_c(e->owner, owner_name(m->owner))) {
            return run_differs(r, "webhook endpoint %d is another", i);
        }
        const struct told found = {.url = e->url.data,
                                   .types = e->event_types.data,
                                   .description = e->description.len > 0 ? e->description.data : NULL,
                                   .status = endpoint_status_name(e->status),
                                   .reason = e->disabled_reason.len > 0 ? e->disabled_reason.data : NULL,
                                   .secret = e->secret.data,
                                   .has_previous = e->previous_until_us > 0};
        if (!compare(r, i, &wanted, &found)) {
            return false;
        }
    }
    return true;
}
