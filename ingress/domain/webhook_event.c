/* webhook_event.c - see webhook_event.h. The payload travels and is stored as the text that came: nobody on
   the way has to understand it, and numbers of any length stay what they are. Two texts that mean the same
   are the same event. */
#include "ingress/domain/webhook_event.h"

#include "shared/core/json_out.h"
#include "shared/core/timefmt.h"

/* A row reads better than a column. */
/* clang-format off */
static const struct field_spec fields[] = {
    {.name = "event_id", .type = FIELD_STRING, .required = true, .min = 1, .max = WEBHOOK_EVENT_ID_MAX,
     .help = "Your own id of the event: it is accepted once under it, for ever."},
    {.name = "event_type", .type = FIELD_STRING, .required = true, .min = 1, .max = WEBHOOK_EVENT_TYPE_MAX,
     .help = "What happened: payment.succeeded, payout.failed, demo.fund. Types that nobody handles are kept and ignored."},
    {.name = "occurred_at", .type = FIELD_TIME, .help = "When it happened."},
    {.name = "payload", .type = FIELD_OBJECT, .required = true, .help = "What there is to say about it."},
};
/* clang-format on */
const struct command_spec webhook_event_body = {
    .name = "webhook.event", .fields = fields, .field_count = sizeof(fields) / sizeof(fields[0])};

/* The parser brings integers beyond int64 to its limits: others may look like it. Nesting is limited, too. */
static bool has_clamped_integer(json_t *value)
{
    json_int_t number = json_integer_value(value);
    if (number == INT64_MAX || number == INT64_MIN) {
        return true;
    }
    const char *key;
    size_t i;
    json_t *member;
    json_object_foreach(value, key, member)
    {
        if (has_clamped_integer(member)) {
            return true;
        }
    }
    json_array_foreach(value, i, member)
    {
        if (has_clamped_integer(member)) {
            return true;
        }
    }
    return false;
}

static void write_member(struct json_out *json, const char *name, struct str value)
{
    json_key(json, name);
    json_str(json, value);
}

static void write_data(const json_t *body, struct str provider, struct str payload, struct buf *out)
{
    struct json_out json;
    struct str occurred_at = json_get_str(body, "occurred_at");
    json_out_init(&json, out);
    json_object_open(&json);
    write_member(&json, "provider", provider);
    write_member(&json, "event_id", json_get_str(body, "event_id"));
    write_member(&json, "event_type", json_get_str(body, "event_type"));
    if (occurred_at.len > 0) {
        write_member(&json, "occurred_at", occurred_at);
    }
    write_member(&json, "payload", payload);
    json_object_close(&json);
}

/* What is the same for two deliveries: canonical text, unless that may hide a difference. */
static enum status write_meaning(const json_t *body, struct str payload, struct buf *out)
{
    json_t *value = json_object_get(body, "payload");
    if (!has_clamped_integer(value)) {
        return json_canonical(value, out);
    }
    buf_add(out, payload.data, payload.len);
    return buf_status(out);
}

enum status webhook_event_write(const struct webhook_event *event, struct buf *out,
                                struct digest *ret_content, struct problem *ret_problem)
{
    struct str payload = json_member_text(event->text, "payload");
    struct buf meaning CLEANUP(buf_free);
    buf_init(&meaning, WEBHOOK_PAYLOAD_MAX);
    if (write_meaning(event->body, payload, &meaning) != STATUS_OK) {
        problem_init(ret_problem, OUTCOME_internal_error);
        return STATUS_NO_MEMORY;
    }
    int64_t occurred_us = -1; /* stays when it is not there: the spec has checked it */
    (void)!time_parse(json_get_str(event->body, "occurred_at"), &occurred_us);
    digest_webhook_content(json_get_str(event->body, "event_type"), occurred_us,
                           (struct str){meaning.data, meaning.len}, ret_content);
    write_data(event->body, event->provider, payload, out);
    if (buf_status(out) != STATUS_OK) {
        problem_init(ret_problem, OUTCOME_internal_error);
        return STATUS_FULL;
    }
    return STATUS_OK;
}
