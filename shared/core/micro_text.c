/* micro_text.c - see micro_text.h. */
#include "shared/core/micro_text.h"

#include "shared/core/json_out.h"

static void write_empty_object(struct json_out *json, const char *key)
{
    json_key(json, key);
    json_object_open(json);
    json_object_close(json);
}

static void open_answer(struct json_out *json, const struct micro_text *t, const char *type)
{
    json_object_open(json);
    json_key(json, "type");
    json_cstr(json, type);
    json_key(json, "name");
    json_cstr(json, t->name);
    json_key(json, "id");
    json_cstr(json, t->id);
    json_key(json, "version");
    json_cstr(json, t->version);
    write_empty_object(json, "metadata");
}

static void open_endpoint(struct json_out *json, const struct micro_endpoint_text *e)
{
    json_object_open(json);
    json_key(json, "name");
    json_cstr(json, e->name);
    json_key(json, "subject");
    json_cstr(json, e->subject);
    json_key(json, "queue_group");
    json_cstr(json, e->queue_group);
}

void micro_write_ping(const struct micro_text *t, struct buf *out)
{
    struct json_out json;
    json_out_init(&json, out);
    open_answer(&json, t, "io.nats.micro.v1.ping_response");
    json_object_close(&json);
}

void micro_write_info(const struct micro_text *t, struct buf *out)
{
    struct json_out json;
    json_out_init(&json, out);
    open_answer(&json, t, "io.nats.micro.v1.info_response");
    json_key(&json, "description");
    json_cstr(&json, t->description);
    json_key(&json, "endpoints");
    json_array_open(&json);
    for (size_t i = 0; i < t->endpoint_count; i++) {
        open_endpoint(&json, &t->endpoints[i]);
        write_empty_object(&json, "metadata");
        json_object_close(&json);
    }
    json_array_close(&json);
    json_object_close(&json);
}

static void write_stats(struct json_out *json, const struct micro_stats *s)
{
    json_key(json, "num_requests");
    json_int(json, s->requests);
    json_key(json, "num_errors");
    json_int(json, s->errors);
    json_key(json, "last_error");
    json_cstr(json, s->last_error);
    json_key(json, "processing_time");
    json_int(json, s->processing_ns);
    json_key(json, "average_processing_time");
    json_int(json, s->requests > 0 ? s->processing_ns / s->requests : 0);
}

void micro_write_stats(const struct micro_text *t, struct buf *out)
{
    struct json_out json;
    json_out_init(&json, out);
    open_answer(&json, t, "io.nats.micro.v1.stats_response");
    json_key(&json, "started");
    json_time(&json, t->started_us);
    json_key(&json, "endpoints");
    json_array_open(&json);
    for (size_t i = 0; i < t->endpoint_count; i++) {
        open_endpoint(&json, &t->endpoints[i]);
        write_stats(&json, &t->endpoints[i].stats);
        json_object_close(&json);
    }
    json_array_close(&json);
    json_object_close(&json);
}
