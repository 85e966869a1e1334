/* endpoint.c - see endpoint.h. */
#include "ledger-svc/domain/endpoint.h"

#include <assert.h>

static const char *const statuses[ENDPOINT_STATUS_COUNT] = {
    [ENDPOINT_enabled] = "enabled", [ENDPOINT_disabled] = "disabled", [ENDPOINT_deleted] = "deleted"};

const char *endpoint_status_name(enum endpoint_status s)
{
    assert(s < ENDPOINT_STATUS_COUNT);
    return statuses[s];
}

bool endpoint_status_parse(struct str s, enum endpoint_status *ret)
{
    for (unsigned i = 0; i < ENDPOINT_STATUS_COUNT; i++) {
        if (str_eq_c(s, statuses[i])) {
            *ret = (enum endpoint_status)i;
            return true;
        }
    }
    return false;
}

struct webhook_endpoint_resource endpoint_resource_of(const struct endpoint *e)
{
    return (struct webhook_endpoint_resource){
        .id = e->id,
        .owner = e->owner,
        .url = e->url,
        .event_types = e->event_types,
        .description = e->description,
        .status = str_of(endpoint_status_name(e->status)),
        .disabled_reason = e->disabled_reason,
        .previous_until_us = e->previous_until_us,
        .created_us = e->created_us,
        .updated_us = e->updated_us,
    };
}
