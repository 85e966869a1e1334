/* read_webhook_events.c - what providers sent, and what became of it. */
#include "ingress/edge/reads.h"
#include "ingress/store/bounds.h"
#include "ingress/store/webhook_event_rows.h"

static void write_time(struct json_out *out, const char *key, int64_t unix_us)
{
    json_key(out, key);
    if (unix_us < 0) {
        json_write_null(out);
    } else {
        json_time(out, unix_us);
    }
}

/* Leaves the object open. */
static void write_event(struct json_out *out, const struct webhook_event_row *e)
{
    json_object_open(out);
    json_key(out, "id");
    json_typeid(out, "whe", &e->id);
    reads_text_or_null(out, "provider", e->provider);
    reads_text_or_null(out, "event_id", e->event_id);
    reads_text_or_null(out, "event_type", e->event_type);
    reads_text_or_null(out, "status", e->status);
    json_key(out, "attempts");
    json_int(out, e->attempts);
    reads_text_or_null(out, "last_error", e->last_error);
    write_time(out, "next_attempt_at", e->next_attempt_us);
    write_time(out, "occurred_at", e->occurred_us);
    write_time(out, "created_at", e->created_us);
    write_time(out, "updated_at", e->updated_us);
}

void reads_webhook_event(struct exchange *ex)
{
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    if (!reads_run(ex, webhook_events_find, &ex->uuid, &r)) {
        return;
    }
    if (PQntuples(r) == 0) {
        exchange_refuse(ex, OUTCOME_not_found, NULL);
        return;
    }
    struct webhook_event_row e;
    webhook_event_row(r, 0, false, &e);
    struct json_out out = exchange_json(ex);
    write_event(&out, &e);
    json_key(&out, "payload");
    json_raw(&out, e.payload);
    json_object_close(&out);
}

static struct list_place event_in_list(const struct exchange *ex, struct json_out *out, const PGresult *r,
                                       int row)
{
    (void)ex;
    struct webhook_event_row e;
    webhook_event_row(r, row, true, &e);
    if (e.is_wanted) {
        write_event(out, &e);
        json_object_close(out);
    }
    return (struct list_place){{.id = e.id}, e.is_last};
}

void reads_webhook_events(struct exchange *ex)
{
    struct page page;
    if (!reads_page(ex, &page)) {
        return;
    }
    struct webhook_event_list list = {
        .provider = exchange_param(ex, "provider")->text,
        .event_id = exchange_param(ex, "event_id")->text,
        .event_type = exchange_param(ex, "event_type")->text,
        .status = exchange_param(ex, "status")->text,
        .from_us = reads_time(ex, "created_from", TIME_FIRST_US),
        .until_us = reads_time(ex, "created_to", TIME_LAST_US),
        .before = page.has_cursor ? page.cursor.id : UUID_LAST,
        .limit = page.limit + 1,
    };
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    if (!reads_run(ex, webhook_events_list, &list, &r)) {
        return;
    }
    reads_list(ex, &page, r, event_in_list);
}
