/* stored_event.c - see stored_event.h. Written as text in the order of the stream's members, and read again:
   what comes out is what the stream's message would have been read as. */
#include "webhook-svc/domain/stored_event.h"

#include <inttypes.h>
#include <stdio.h>

#include "shared/contract/object_id.h"
#include "shared/core/json_out.h"

#define TEXT_MAX      ((size_t)8 << 20)
#define SEQUENCE_SIZE 24

static void add_text(struct json_out *json, const char *name, struct str value)
{
    json_key(json, name);
    if (value.data == NULL) {
        json_write_null(json);
    } else {
        json_str(json, value);
    }
}

static void add_id(struct json_out *json, const char *name, const char *prefix, const struct uuid *id)
{
    json_key(json, name);
    json_typeid(json, prefix, id);
}

static void add_json(struct json_out *json, const char *name, struct str value)
{
    json_key(json, name);
    json_raw(json, value.data != NULL ? value : STR_LIT("null"));
}

static void add_data(struct json_out *json, const struct stored_event *e)
{
    json_key(json, "data");
    json_object_open(json);
    add_text(json, "resource", e->resource);
    add_id(json, "object", object_id_prefix(e->resource), &e->object);
    add_id(json, "command", "cmd", &e->command);
    add_text(json, "owner", e->owner);
    add_text(json, "actor", e->actor);
    add_text(json, "source", e->source);
    add_json(json, "before", e->before);
    add_json(json, "after", e->after);
    json_object_close(json);
}

static void write_event(const struct stored_event *e, struct buf *out)
{
    struct json_out json;
    char sequence[SEQUENCE_SIZE];
    (void)snprintf(sequence, sizeof(sequence), "%020" PRId64, e->seq);
    json_out_init(&json, out);
    json_object_open(&json);
    add_text(&json, "specversion", STR_LIT("1.0"));
    add_id(&json, "id", "evt", &e->id);
    add_text(&json, "source", STR_LIT("/paybus/ledger"));
    add_text(&json, "type", e->type);
    add_id(&json, "subject", object_id_prefix(e->resource), &e->object);
    json_key(&json, "time");
    json_time(&json, e->created_us);
    add_text(&json, "datacontenttype", STR_LIT("application/json"));
    add_text(&json, "sequence", str_of(sequence));
    if (e->traceparent.data != NULL) {
        add_text(&json, "traceparent", e->traceparent);
    }
    add_data(&json, e);
    json_object_close(&json);
}

json_t *stored_event_json(const struct stored_event *e)
{
    CLEANUP(buf_free) struct buf text = {0};
    buf_init(&text, TEXT_MAX);
    write_event(e, &text);
    return buf_status(&text) == STATUS_OK ? json_loadb(text.data, text.len, 0, NULL) : NULL;
}
