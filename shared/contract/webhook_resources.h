/* webhook_resources.h - JSON shapes of webhook endpoints and their deliveries, one for answers, facts and
   reads. Pure. */
#ifndef SHARED_CONTRACT_WEBHOOK_RESOURCES_H
#define SHARED_CONTRACT_WEBHOOK_RESOURCES_H

#include "shared/core/json_out.h"

struct webhook_endpoint_resource {
    struct uuid id;
    struct str owner, url, description, status, disabled_reason; /* empty text: null */
    struct str event_types;                                      /* JSON array of patterns */
    int64_t previous_until_us; /* until then an older secret signs as well; 0: none does */
    int64_t created_us, updated_us;
};
/* {"id","owner","url","event_types","description","status","disabled_reason","previous_secret_until",
   "created_at","updated_at"}, left open for the secret that only its maker sees. */
void webhook_endpoint_open(struct json_out *out, const struct webhook_endpoint_resource *e);
void webhook_endpoint_write(struct json_out *out, const struct webhook_endpoint_resource *e);

struct webhook_delivery_resource {
    struct uuid id, endpoint, event;
    struct str event_type, status, last_error;                 /* empty error: null */
    int64_t attempts, next_attempt_us, created_us, updated_us; /* next attempt 0: none is due */
};
/* {"id","endpoint","event","event_type","status","attempts","next_attempt_at","last_error","created_at",
   "updated_at"}, left open for the attempts themselves. */
void webhook_delivery_open(struct json_out *out, const struct webhook_delivery_resource *d);

struct webhook_attempt_resource {
    int64_t number, generation, status_code, duration_ms, started_us; /* status code 0: there was no answer */
    struct str outcome, error, address, answer;                       /* empty: null */
};
/* {"number","generation","outcome","status_code","error","address","duration_ms","answer","started_at"} */
void webhook_attempt_write(struct json_out *out, const struct webhook_attempt_resource *a);

#endif
