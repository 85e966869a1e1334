/* model_endpoint.c - where an owner's events are sent, as the documents say it. */
#include "tests/sim/model_internal.h"

#define OF_OWNER_MAX 100
#define OF_DAY_MAX   1000 /* a run is one day: nothing that it makes is older */

int model_endpoint_count(const struct model *m)
{
    return m->endpoint_count;
}

const struct model_endpoint *model_endpoint(const struct model *m, int number)
{
    return number < 0 || number >= m->endpoint_count ? NULL : &m->endpoints[number];
}

void model_open_endpoint(struct model *m, const struct model_endpoint *e)
{
    m->endpoints[m->endpoint_count++] = *e;
}

static int count_of(const struct model *m, int owner)
{
    int count = 0;
    for (int i = 0; i < m->endpoint_count; i++) {
        count += m->endpoints[i].owner == owner && m->endpoints[i].status != MODEL_ENDPOINT_DELETED;
    }
    return count;
}

static int made_by(const struct model *m, int owner)
{
    int count = 0;
    for (int i = 0; i < m->endpoint_count; i++) {
        count += m->endpoints[i].owner == owner;
    }
    return count;
}

static bool is_worded_wrong(const struct intent_endpoint *said)
{
    return said->is_url_refused || said->types == SIM_TYPES_UNKNOWN;
}

const char *model_create_endpoint(struct model *m, const struct intent *in, struct expectation *ret)
{
    const struct intent_endpoint *said = &in->endpoint;
    int owner = in->for_owner >= 0 ? in->for_owner : in->sender;
    if (owner != in->sender && !intent_is_staff(in)) {
        return "forbidden";
    }
    if (is_worded_wrong(said)) {
        return "invalid_value";
    }
    if (said->secret == 0) {
        return "missing_field";
    }
    if (count_of(m, owner) >= OF_OWNER_MAX) {
        return "too_many_webhook_endpoints";
    }
    if (made_by(m, owner) >= OF_DAY_MAX) {
        return "too_many_new_webhook_endpoints";
    }
    ret->new_endpoint = m->endpoint_count;
    model_open_endpoint(m, &(struct model_endpoint){.owner = owner,
                                                    .url = said->url,
                                                    .types = said->types,
                                                    .description = said->description,
                                                    .secret = said->secret,
                                                    .url_version = 1});
    return NULL;
}

static const char *update(struct model_endpoint *e, const struct intent_endpoint *said)
{
    if (is_worded_wrong(said)) {
        return "invalid_value";
    }
    if (said->url > 0 && said->url != e->url) {
        e->url = said->url;
        e->url_version++;
    }
    e->types = said->types > 0 ? said->types : e->types;
    e->description = said->description > 0 ? said->description : e->description;
    if (said->status == 1) {
        e->url_version += e->status == MODEL_ENDPOINT_DISABLED;
        e->status = MODEL_ENDPOINT_ENABLED;
    } else if (said->status == 2 && e->status == MODEL_ENDPOINT_ENABLED) {
        e->status = MODEL_ENDPOINT_DISABLED;
        e->is_by_owner = true;
    }
    return NULL;
}

/* Not for another url than the one that failed. */
static void disable(struct model_endpoint *e, const struct intent_endpoint *said)
{
    bool is_meant = said->url_version == 0 || said->url_version == e->url_version;
    if (is_meant && e->status == MODEL_ENDPOINT_ENABLED) {
        e->status = MODEL_ENDPOINT_DISABLED;
        e->is_by_owner = false;
    }
}

const char *model_change_endpoint(struct model *m, const struct intent *in)
{
    struct model_endpoint *e = in->endpoint.number < 0 ? NULL : &m->endpoints[in->endpoint.number];
    if (e == NULL || e->status == MODEL_ENDPOINT_DELETED ||
        (!intent_is_staff(in) && e->owner != in->sender)) {
        return "not_found";
    }
    if (in->type == INTENT_ENDPOINT_UPDATE) {
        return update(e, &in->endpoint);
    }
    if (in->type == INTENT_ENDPOINT_DELETE) {
        e->status = MODEL_ENDPOINT_DELETED;
    } else if (in->type == INTENT_ENDPOINT_DISABLE) {
        disable(e, &in->endpoint);
    } else if (in->endpoint.secret == 0) {
        return "missing_field";
    } else {
        e->secret = in->endpoint.secret;
        e->has_previous_secret = true;
    }
    return NULL;
}
