/* webhook_endpoints.c - see webhook_endpoints.h. */
#include "ingress/store/webhook_endpoints.h"

#include "ingress_statements.h"

#define PARAMS_MAX 2048

static enum status find(struct db *db, int statement, const struct webhook_key *k, PGresult **ret_result)
{
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, &k->id);
    db_param_text(&p, k->owner);
    return db_query(db, statement, &p, ret_result);
}

enum status webhook_endpoints_find(struct db *db, const void *args, PGresult **ret_result)
{
    return find(db, INGRESS_SQL_FIND_WEBHOOK_ENDPOINT, args, ret_result);
}

enum status webhook_deliveries_find(struct db *db, const void *args, PGresult **ret_result)
{
    return find(db, INGRESS_SQL_FIND_WEBHOOK_DELIVERY, args, ret_result);
}

enum status webhook_endpoints_list(struct db *db, const void *args, PGresult **ret_result)
{
    const struct webhook_endpoint_list *l = args;
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, &l->before);
    db_param_text(&p, l->status);
    db_param_int8(&p, l->limit);
    if (l->owner.data == NULL) {
        return db_query(db, INGRESS_SQL_LIST_WEBHOOK_ENDPOINTS, &p, ret_result);
    }
    db_param_text(&p, l->owner);
    return db_query(db, INGRESS_SQL_LIST_WEBHOOK_ENDPOINTS_OF_OWNER, &p, ret_result);
}

enum status webhook_deliveries_list(struct db *db, const void *args, PGresult **ret_result)
{
    const struct webhook_delivery_list *l = args;
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, &l->before);
    db_param_text(&p, l->status);
    db_param_text(&p, l->event_type);
    db_param_int8(&p, l->limit);
    if (l->endpoint != NULL) {
        db_param_uuid(&p, l->endpoint);
        db_param_text(&p, l->owner);
        return db_query(db, INGRESS_SQL_LIST_WEBHOOK_DELIVERIES_OF_ENDPOINT, &p, ret_result);
    }
    if (l->owner.data != NULL) {
        db_param_text(&p, l->owner);
        return db_query(db, INGRESS_SQL_LIST_WEBHOOK_DELIVERIES_OF_OWNER, &p, ret_result);
    }
    return db_query(db, INGRESS_SQL_LIST_WEBHOOK_DELIVERIES, &p, ret_result);
}

enum status webhook_attempts_list(struct db *db, const void *args, PGresult **ret_result)
{
    const struct uuid *delivery = args;
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, delivery);
    return db_query(db, INGRESS_SQL_LIST_WEBHOOK_ATTEMPTS, &p, ret_result);
}

static int64_t time_or_0(const PGresult *r, int row, int column)
{
    return db_is_null(r, row, column) ? 0 : db_get_time(r, row, column);
}

static int64_t int_or_0(const PGresult *r, int row, int column)
{
    return db_is_null(r, row, column) ? 0 : db_get_int(r, row, column);
}

void webhook_endpoint_row(const PGresult *r, int row, struct webhook_endpoint_resource *ret)
{
    *ret = (struct webhook_endpoint_resource){
        .id = db_get_uuid(r, row, 0),
        .owner = db_get_str(r, row, 1),
        .url = db_get_str(r, row, 2),
        .event_types = db_get_str(r, row, 3),
        .description = db_get_str(r, row, 4),
        .status = db_get_str(r, row, 5),
        .disabled_reason = db_get_str(r, row, 6),
        .previous_until_us = time_or_0(r, row, 7),
        .created_us = db_get_time(r, row, 8),
        .updated_us = db_get_time(r, row, 9),
    };
}

void webhook_delivery_row(const PGresult *r, int row, struct webhook_delivery_row *ret)
{
    *ret = (struct webhook_delivery_row){
        .resource =
            {
                .id = db_get_uuid(r, row, 0),
                .endpoint = db_get_uuid(r, row, 1),
                .event = db_get_uuid(r, row, 2),
                .event_type = db_get_str(r, row, 3),
                .status = db_get_str(r, row, 4),
                .attempts = db_get_int(r, row, 5),
                .next_attempt_us = time_or_0(r, row, 6),
                .last_error = db_get_str(r, row, 7),
                .created_us = db_get_time(r, row, 8),
                .updated_us = db_get_time(r, row, 9),
            },
    };
    if (PQnfields(r) > 11) {
        ret->is_wanted = db_get_bool(r, row, 10);
        ret->is_last = db_get_bool(r, row, 11);
    }
}

struct str webhook_delivery_body(const PGresult *r)
{
    return db_get_str(r, 0, 10);
}

void webhook_attempt_row(const PGresult *r, int row, struct webhook_attempt_resource *ret)
{
    *ret = (struct webhook_attempt_resource){
        .generation = db_get_int(r, row, 0),
        .number = db_get_int(r, row, 1),
        .outcome = db_get_str(r, row, 2),
        .status_code = int_or_0(r, row, 3),
        .error = db_get_str(r, row, 4),
        .address = db_get_str(r, row, 5),
        .answer = db_get_str(r, row, 6),
        .duration_ms = db_get_int(r, row, 7),
        .started_us = db_get_time(r, row, 8),
    };
}
