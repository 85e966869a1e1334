/* webhook_resources.c - one function per shape; members in the order that docs/API.md shows. */
#include "shared/contract/webhook_resources.h"

static void write_text(struct json_out *out, const char *name, struct str value)
{
    json_key(out, name);
    json_str(out, value);
}

static void write_optional(struct json_out *out, const char *name, struct str value)
{
    json_key(out, name);
    if (value.len == 0) {
        json_write_null(out);
    } else {
        json_str(out, value);
    }
}

static void write_int(struct json_out *out, const char *name, int64_t value)
{
    json_key(out, name);
    json_int(out, value);
}

static void write_id(struct json_out *out, const char *name, const char *prefix, const struct uuid *id)
{
    json_key(out, name);
    json_typeid(out, prefix, id);
}

/* 0 is null. */
static void write_time(struct json_out *out, const char *name, int64_t unix_us)
{
    json_key(out, name);
    if (unix_us == 0) {
        json_write_null(out);
    } else {
        json_time(out, unix_us);
    }
}

void webhook_endpoint_open(struct json_out *out, const struct webhook_endpoint_resource *e)
{
    json_object_open(out);
    write_id(out, "id", "we", &e->id);
    write_text(out, "owner", e->owner);
    write_text(out, "url", e->url);
    json_key(out, "event_types");
    json_raw(out, e->event_types);
    write_optional(out, "description", e->description);
    write_text(out, "status", e->status);
    write_optional(out, "disabled_reason", e->disabled_reason);
    write_time(out, "previous_secret_until", e->previous_until_us);
    write_time(out, "created_at", e->created_us);
    write_time(out, "updated_at", e->updated_us);
}

void webhook_endpoint_write(struct json_out *out, const struct webhook_endpoint_resource *e)
{
    webhook_endpoint_open(out, e);
    json_object_close(out);
}

void webhook_delivery_open(struct json_out *out, const struct webhook_delivery_resource *d)
{
    json_object_open(out);
    write_id(out, "id", "dlv", &d->id);
    write_id(out, "endpoint", "we", &d->endpoint);
    write_id(out, "event", "evt", &d->event);
    write_text(out, "event_type", d->event_type);
    write_text(out, "status", d->status);
    write_int(out, "attempts", d->attempts);
    write_time(out, "next_attempt_at", d->next_attempt_us);
    write_optional(out, "last_error", d->last_error);
    write_time(out, "created_at", d->created_us);
    write_time(out, "updated_at", d->updated_us);
}

void webhook_attempt_write(struct json_out *out, const struct webhook_attempt_resource *a)
{
    json_object_open(out);
    write_int(out, "number", a->number);
    write_int(out, "generation", a->generation);
    write_text(out, "outcome", a->outcome);
    json_key(out, "status_code");
    if (a->status_code == 0) {
        json_write_null(out);
    } else {
        json_int(out, a->status_code);
    }
    write_optional(out, "error", a->error);
    write_optional(out, "address", a->address);
    write_int(out, "duration_ms", a->duration_ms);
    write_optional(out, "answer", a->answer);
    write_time(out, "started_at", a->started_us);
    json_object_close(out);
}
