/* endpoint.h - a webhook endpoint in memory: where an owner's events are sent. Pure. */
#ifndef LEDGER_DOMAIN_ENDPOINT_H
#define LEDGER_DOMAIN_ENDPOINT_H

#include "shared/contract/webhook_resources.h"

#define ENDPOINTS_OF_OWNER_MAX 100  /* at once, deleted ones left out */
#define ENDPOINTS_OF_DAY_MAX   1000 /* made by an owner in 24 hours: no row ever goes */

/* enabled <-> disabled -> deleted, which is final and looks like missing. */
enum endpoint_status { ENDPOINT_enabled, ENDPOINT_disabled, ENDPOINT_deleted, ENDPOINT_STATUS_COUNT };

struct endpoint {
    struct uuid id;
    struct str owner, url, description, disabled_reason;
    struct str event_types;             /* JSON array */
    struct str secret, previous_secret; /* sealed: this service cannot open them */
    int64_t previous_until_us;          /* 0: there is no previous one */
    int url_version; /* one more with each change of the url and each time it is switched on, from 1 */
    enum endpoint_status status;
    int64_t enabled_us, created_us, updated_us;
    /* batch state */
    bool is_new, is_changed;
};

const char *endpoint_status_name(enum endpoint_status s);
bool endpoint_status_parse(struct str s, enum endpoint_status *ret);
struct webhook_endpoint_resource endpoint_resource_of(const struct endpoint *e);

#endif
