/* read_events.c - the fact log, and the audit trail over it: the same rows under the words of an auditor. */
#include <string.h>

#include "ingress/edge/reads.h"
#include "ingress/store/bounds.h"
#include "ingress/store/events.h"
#include "shared/contract/object_id.h"

static void json_or_null(struct json_out *out, const char *key, struct str json)
{
    json_key(out, key);
    json_raw(out, json.data != NULL ? json : STR_LIT("null"));
}

static void write_identity(struct json_out *out, const struct event_row *e)
{
    json_object_open(out);
    json_key(out, "seq");
    json_int(out, e->seq);
    json_key(out, "id");
    json_typeid(out, "evt", &e->id);
    reads_text_or_null(out, "type", e->type);
    reads_text_or_null(out, "resource", e->resource);
    json_key(out, "object");
    json_typeid(out, object_id_prefix(e->resource), &e->object);
    reads_text_or_null(out, "owner", e->owner);
    reads_text_or_null(out, "actor", e->actor);
    reads_text_or_null(out, "source", e->source);
}

static void write_event(struct json_out *out, const struct event_row *e)
{
    write_identity(out, e);
    json_key(out, "command");
    json_typeid(out, "cmd", &e->command);
    reads_text_or_null(out, "traceparent", e->traceparent);
    json_or_null(out, "before", e->before);
    json_or_null(out, "after", e->after);
    json_key(out, "created_at");
    json_time(out, e->created_us);
    json_object_close(out);
}

/* 32 hex digits behind the version of a traceparent; none: null. */
static struct str trace_of(const struct event_row *e)
{
    const char *dash =
        e->traceparent.data != NULL ? memchr(e->traceparent.data, '-', e->traceparent.len) : NULL;
    if (dash == NULL) {
        return (struct str){NULL, 0};
    }
    size_t left = e->traceparent.len - (size_t)(dash + 1 - e->traceparent.data);
    const char *end = memchr(dash + 1, '-', left);
    return (struct str){dash + 1, end != NULL ? (size_t)(end - dash - 1) : left};
}

static void write_audit(struct json_out *out, const struct event_row *e)
{
    write_identity(out, e);
    json_or_null(out, "before", e->before);
    json_or_null(out, "after", e->after);
    json_key(out, "at");
    json_time(out, e->created_us);
    reads_text_or_null(out, "trace", trace_of(e));
    json_object_close(out);
}

static struct list_place list_event(struct json_out *out, const PGresult *r, int row,
                                    void (*write)(struct json_out *out, const struct event_row *e))
{
    struct event_row e;
    event_row(r, row, &e);
    if (e.is_wanted) {
        write(out, &e);
    }
    return (struct list_place){{.id = e.id, .number = e.seq}, e.is_last};
}

static struct list_place event_in_list(const struct exchange *ex, struct json_out *out, const PGresult *r,
                                       int row)
{
    (void)ex;
    return list_event(out, r, row, write_event);
}

static struct list_place audit_in_list(const struct exchange *ex, struct json_out *out, const PGresult *r,
                                       int row)
{
    (void)ex;
    return list_event(out, r, row, write_audit);
}

static void read_list(struct exchange *ex, const struct page *page, struct event_list *ret_list)
{
    const struct param_value *object = exchange_param(ex, "object");
    *ret_list = (struct event_list){
        .resource = exchange_param(ex, "resource")->text,
        .type = exchange_param(ex, "type")->text,
        .actor = exchange_param(ex, "actor")->text,
        .source = exchange_param(ex, "source")->text,
        .owner = exchange_param(ex, "owner")->text,
        .object = object->is_set ? &object->id : NULL,
        .from_us = reads_time(ex, "created_from", TIME_FIRST_US),
        .until_us = reads_time(ex, "created_to", TIME_LAST_US),
        .before_seq = page->has_cursor ? page->cursor.number : INT64_MAX,
        .before = page->has_cursor ? &page->cursor.id : NULL,
        .limit = page->limit + 1,
    };
}

static void list(struct exchange *ex, list_row *write)
{
    struct page page;
    if (!reads_page(ex, &page)) {
        return;
    }
    struct event_list wanted;
    read_list(ex, &page, &wanted);
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    if (!reads_run(ex, events_list, &wanted, &r)) {
        return;
    }
    reads_list(ex, &page, r, write);
}

void reads_events(struct exchange *ex)
{
    list(ex, event_in_list);
}

void reads_audit(struct exchange *ex)
{
    list(ex, audit_in_list);
}
