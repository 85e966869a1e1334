/* read_webhooks.c - webhook endpoints without their secrets, and what was sent to them. */
#include "ingress/edge/reads.h"
#include "ingress/store/bounds.h"
#include "ingress/store/webhook_endpoints.h"

void reads_webhook_endpoint(struct exchange *ex)
{
    const struct webhook_key key = {.id = ex->uuid, .owner = exchange_owner(ex)};
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    if (!reads_run(ex, webhook_endpoints_find, &key, &r)) {
        return;
    }
    if (PQntuples(r) == 0) {
        exchange_refuse(ex, OUTCOME_not_found, NULL);
        return;
    }
    struct webhook_endpoint_resource e;
    webhook_endpoint_row(r, 0, &e);
    struct json_out out = exchange_json(ex);
    webhook_endpoint_write(&out, &e);
}

static struct list_place endpoint_in_list(const struct exchange *ex, struct json_out *out, const PGresult *r,
                                          int row)
{
    (void)ex;
    struct webhook_endpoint_resource e;
    webhook_endpoint_row(r, row, &e);
    webhook_endpoint_write(out, &e);
    return (struct list_place){{.id = e.id}, false};
}

void reads_webhook_endpoints(struct exchange *ex)
{
    struct page page;
    if (!reads_page(ex, &page)) {
        return;
    }
    const struct param_value *owner = exchange_param(ex, "owner");
    const struct webhook_endpoint_list list = {
        .owner = owner->is_set ? owner->text : exchange_owner(ex),
        .status = exchange_param(ex, "status")->text,
        .before = page.has_cursor ? page.cursor.id : UUID_LAST,
        .limit = page.limit + 1,
    };
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    if (!reads_run(ex, webhook_endpoints_list, &list, &r)) {
        return;
    }
    reads_list(ex, &page, r, endpoint_in_list);
}

static struct list_place delivery_in_list(const struct exchange *ex, struct json_out *out, const PGresult *r,
                                          int row)
{
    (void)ex;
    struct webhook_delivery_row d;
    webhook_delivery_row(r, row, &d);
    if (d.is_wanted) {
        webhook_delivery_open(out, &d.resource);
        json_object_close(out);
    }
    return (struct list_place){{.id = d.resource.id}, d.is_last};
}

void reads_webhook_deliveries(struct exchange *ex)
{
    struct page page;
    if (!reads_page(ex, &page)) {
        return;
    }
    const struct param_value *endpoint = exchange_param(ex, "endpoint");
    const struct webhook_delivery_list list = {
        .owner = exchange_owner(ex),
        .endpoint = endpoint->is_set ? &endpoint->id : NULL,
        .status = exchange_param(ex, "status")->text,
        .event_type = exchange_param(ex, "event_type")->text,
        .before = page.has_cursor ? page.cursor.id : UUID_LAST,
        .limit = page.limit + 1,
    };
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    if (!reads_run(ex, webhook_deliveries_list, &list, &r)) {
        return;
    }
    reads_list(ex, &page, r, delivery_in_list);
}

static void write_attempts(struct json_out *out, const PGresult *attempts)
{
    json_key(out, "tries");
    json_array_open(out);
    for (int i = 0; i < PQntuples(attempts); i++) {
        struct webhook_attempt_resource a;
        webhook_attempt_row(attempts, i, &a);
        webhook_attempt_write(out, &a);
    }
    json_array_close(out);
}

void reads_webhook_delivery(struct exchange *ex)
{
    const struct webhook_key key = {.id = ex->uuid, .owner = exchange_owner(ex)};
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    PGresult *attempts CLEANUP(db_result_ptr) = NULL;
    if (!reads_run(ex, webhook_deliveries_find, &key, &r)) {
        return;
    }
    if (PQntuples(r) == 0) {
        exchange_refuse(ex, OUTCOME_not_found, NULL);
        return;
    }
    if (!reads_run(ex, webhook_attempts_list, &ex->uuid, &attempts)) {
        return;
    }
    struct webhook_delivery_row d;
    webhook_delivery_row(r, 0, &d);
    struct json_out out = exchange_json(ex);
    webhook_delivery_open(&out, &d.resource);
    json_key(&out, "body");
    json_raw(&out, webhook_delivery_body(r));
    write_attempts(&out, attempts);
    json_object_close(&out);
}
