/* webhook_endpoints.h - webhook endpoints and deliveries as schema api shows them. */
#ifndef INGRESS_STORE_WEBHOOK_ENDPOINTS_H
#define INGRESS_STORE_WEBHOOK_ENDPOINTS_H

#include "shared/contract/webhook_resources.h"
#include "shared/io/db.h"

/* One endpoint or delivery, if it is owner's ({NULL, 0}: anybody's). */
struct webhook_key {
    struct uuid id;
    struct str owner;
};
struct webhook_endpoint_list {
    struct str owner, status; /* {NULL, 0}: any */
    struct uuid before;       /* all bits set: from the newest */
    int64_t limit;
};
struct webhook_delivery_list {
    struct str owner;            /* {NULL, 0}: anybody */
    const struct uuid *endpoint; /* NULL: any */
    struct str status, event_type;
    struct uuid before;
    int64_t limit;
};

/* args: struct webhook_key *, struct webhook_endpoint_list *, struct webhook_delivery_list *; a delivery's
 * id. */
NODISCARD enum status webhook_endpoints_find(struct db *db, const void *args, PGresult **ret_result);
NODISCARD enum status webhook_endpoints_list(struct db *db, const void *args, PGresult **ret_result);
NODISCARD enum status webhook_deliveries_find(struct db *db, const void *args, PGresult **ret_result);
NODISCARD enum status webhook_deliveries_list(struct db *db, const void *args, PGresult **ret_result);
NODISCARD enum status webhook_attempts_list(struct db *db, const void *args, PGresult **ret_result);

/* Strings are borrowed from r. */
void webhook_endpoint_row(const PGresult *r, int row, struct webhook_endpoint_resource *ret);
/* is_wanted: it fits the filters; is_last: older ones were not looked at. Of lists only. */
struct webhook_delivery_row {
    struct webhook_delivery_resource resource;
    bool is_wanted, is_last;
};
void webhook_delivery_row(const PGresult *r, int row, struct webhook_delivery_row *ret);
struct str webhook_delivery_body(const PGresult *r); /* of the only row of webhook_deliveries_find */
void webhook_attempt_row(const PGresult *r, int row, struct webhook_attempt_resource *ret);

#endif
