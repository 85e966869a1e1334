/* work_event.c - see work_event.h. */
#include "shared/contract/work_event.h"

#include <stdio.h>

#define TYPE_SIZE 64

static const struct {
    const char *kind, *prefix;
} objects[] = {{"webhook", "whe"}, {"charge", "pay"}, {"payout", "po"}, {"delivery", "dlv"}};

const char *work_object_prefix(struct str kind)
{
    for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
        if (str_eq_c(kind, objects[i].kind)) {
            return objects[i].prefix;
        }
    }
    return "object";
}

static void member(struct json_out *json, const char *key, struct str value)
{
    json_key(json, key);
    json_str(json, value);
}

static void write_data(struct json_out *json, const struct work_event *e)
{
    json_object_open(json);
    json_key(json, "id");
    json_typeid(json, work_object_prefix(e->kind), &e->object);
    if (e->payload.data != NULL) {
        member(json, "provider", e->provider);
        member(json, "event_id", e->event_id);
        member(json, "event_type", e->event_type);
        json_key(json, "occurred_at");
        if (e->occurred_us > 0) {
            json_time(json, e->occurred_us);
        } else {
            json_write_null(json);
        }
        json_key(json, "payload");
        json_raw(json, e->payload);
    }
    json_object_close(json);
}

void work_event_write(struct buf *out, const struct work_event *e)
{
    struct json_out json;
    char type[TYPE_SIZE];
    (void)snprintf(type, sizeof(type), "paybus.work.%.*s", (int)e->kind.len, e->kind.data);
    buf_reset(out);
    json_out_init(&json, out);
    json_object_open(&json);
    member(&json, "specversion", STR_LIT("1.0"));
    json_key(&json, "id");
    json_typeid(&json, "wrk", &e->id);
    member(&json, "source", STR_LIT("/paybus/work"));
    json_key(&json, "type");
    json_cstr(&json, type);
    json_key(&json, "subject");
    json_typeid(&json, work_object_prefix(e->kind), &e->object);
    json_key(&json, "time");
    json_time(&json, e->enqueued_us);
    member(&json, "datacontenttype", STR_LIT("application/json"));
    if (e->traceparent.data != NULL) {
        member(&json, "traceparent", e->traceparent);
    }
    json_key(&json, "data");
    write_data(&json, e);
    json_object_close(&json);
}
