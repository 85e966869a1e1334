/* ops_request.c - see ops_request.h. */
#include "ingress/domain/ops_request.h"

#include <string.h>

#include "shared/core/json_out.h"

#define COUNT(array)       (sizeof(array) / sizeof((array)[0]))
#define ERROR_MAX_LEN      255
#define INJECTIONS_MAX     1000000
#define REPLAY_AT_ONCE_MAX 1000
#define NOTE_MAX_LEN       500

static const char *const kinds[] = {"webhook", "charge", "payout", "delivery", NULL};
static const char *const recon_modes[] = {"incremental", "full", NULL};

/* A row reads better than a column. */
/* clang-format off */
static const struct field_spec filter[] = {
    {.name = "kind", .type = FIELD_ENUM, .words = kinds, .help = "Of this kind of work."},
    {.name = "event_type", .type = FIELD_STRING, .min = 1, .max = WEBHOOK_EVENT_TYPE_MAX, .help = "Of this type."},
    {.name = "error_contains", .type = FIELD_STRING, .min = 1, .max = ERROR_MAX_LEN, .help = "With this in their error."},
    {.name = "from", .type = FIELD_TIME, .help = "Given up at or after this time."},
    {.name = "to", .type = FIELD_TIME, .help = "Given up before this time."},
    {.name = "dry_run", .type = FIELD_BOOL, .help = "Only count them."},
    {.name = "limit", .type = FIELD_INT, .min = 1, .max = REPLAY_AT_ONCE_MAX, .help = "At most so many; 100 if absent."},
};
static const struct field_spec injection[] = {
    {.name = "event_id", .type = FIELD_STRING, .required = true, .min = 1, .max = WEBHOOK_EVENT_ID_MAX,
     .help = "The provider's id of an event that came or will come."},
    {.name = "provider", .type = FIELD_NAME, .min = 1, .max = WEBHOOK_PROVIDER_MAX, .help = "Whose event; anybody's if absent."},
    {.name = "times", .type = FIELD_INT, .required = true, .min = -1, .max = INJECTIONS_MAX,
     .help = "How many tries fail; -1: all, 0: none any more."},
};
static const struct field_spec recovery[] = {
    {.name = "since", .type = FIELD_TIME, .required = true, .help = "Deliveries made at or after this time."},
    {.name = "cursor", .type = FIELD_ID, .prefix = "dlv", .not_found_as = OUTCOME_invalid_value,
     .help = "next_cursor of the answer before; the oldest if absent."},
};
static const struct field_spec recon[] = {
    {.name = "mode", .type = FIELD_ENUM, .words = recon_modes, .help = "full: everything; incremental, if absent: what is new."},
};
#define NOTE {.name = "note", .type = FIELD_STRING, .required = true, .min = 1, .max = NOTE_MAX_LEN, .help = "Why."}
static const struct field_spec note[] = {NOTE};
static const struct field_spec resolution[] = {
    NOTE,
    {.name = "write_off", .type = FIELD_BOOL, .help = "Ask for it to be written off, which another person has to approve."},
};
/* clang-format on */
const struct command_spec ops_one_body = {.name = "empty"};
const struct command_spec ops_many_body = {
    .name = "dlq.filter", .fields = filter, .field_count = COUNT(filter)};

const struct command_spec ops_injection_body = {
    .name = "demo.failure", .fields = injection, .field_count = COUNT(injection)};

const struct command_spec ops_recovery_body = {
    .name = "webhook.recovery", .fields = recovery, .field_count = COUNT(recovery)};

const struct command_spec ops_recon_body = {
    .name = "reconcile.run", .fields = recon, .field_count = COUNT(recon)};

const struct command_spec ops_note_body = {.name = "note", .fields = note, .field_count = COUNT(note)};

const struct command_spec ops_resolution_body = {
    .name = "anomaly.resolution", .fields = resolution, .field_count = COUNT(resolution)};

/* Not within the filter, but beside it. */
static bool is_option(const char *name)
{
    return strcmp(name, "dry_run") == 0 || strcmp(name, "limit") == 0;
}

static void write_actor(struct json_out *json, struct str actor)
{
    json_key(json, "actor");
    json_str(json, actor);
}

void ops_write_one(struct buf *out, const char *prefix, const struct uuid *id, struct str actor)
{
    struct json_out json;
    json_out_init(&json, out);
    json_object_open(&json);
    json_key(&json, strcmp(prefix, "whe") == 0 ? "event" : "id");
    json_typeid(&json, prefix, id);
    write_actor(&json, actor);
    json_object_close(&json);
}

static enum status write_member(struct json_out *json, const json_t *body, const char *name)
{
    const json_t *value = json_object_get(body, name);
    if (value == NULL) {
        return STATUS_OK;
    }
    struct buf text CLEANUP(buf_free);
    buf_init(&text, JSON_VALUES_MAX);
    if (json_canonical(value, &text) != STATUS_OK) {
        return STATUS_NO_MEMORY;
    }
    json_key(json, name);
    json_raw(json, (struct str){text.data, text.len});
    return STATUS_OK;
}

static enum status write_members(struct json_out *json, const json_t *body, bool options)
{
    enum status s = STATUS_OK;
    for (size_t i = 0; i < COUNT(filter) && s == STATUS_OK; i++) {
        if (is_option(filter[i].name) == options) {
            s = write_member(json, body, filter[i].name);
        }
    }
    return s;
}

enum status ops_check_filter(const json_t *body, struct problem *ret_problem)
{
    bool is_filtered = json_get_bool(body, "dry_run", false);
    for (size_t i = 0; i < COUNT(filter); i++) {
        is_filtered =
            is_filtered || (!is_option(filter[i].name) && json_object_get(body, filter[i].name) != NULL);
    }
    if (is_filtered) {
        return STATUS_OK;
    }
    problem_init(ret_problem, OUTCOME_invalid_value);
    problem_add_error(ret_problem, "", "must have kind, event_type, error_contains, from or to, or dry_run");
    return STATUS_INVALID;
}

enum status ops_write_filter(struct buf *out, const json_t *body, struct str actor)
{
    struct json_out json;
    json_out_init(&json, out);
    json_object_open(&json);
    json_key(&json, "filter");
    json_object_open(&json);
    enum status s = write_members(&json, body, false);
    json_object_close(&json);
    if (s == STATUS_OK) {
        s = write_members(&json, body, true);
    }
    write_actor(&json, actor);
    json_object_close(&json);
    return s == STATUS_OK ? buf_status(out) : s;
}

/* Some members of the body as they are, and who asks. */
static enum status write_body(struct json_out *json, const json_t *body, const struct command_spec *spec,
                              struct str actor)
{
    enum status s = STATUS_OK;
    for (size_t i = 0; i < spec->field_count && s == STATUS_OK; i++) {
        s = write_member(json, body, spec->fields[i].name);
    }
    write_actor(json, actor);
    json_object_close(json);
    return s == STATUS_OK ? buf_status(json->buf) : s;
}

enum status ops_write_injection(struct buf *out, const json_t *body, struct str actor)
{
    struct json_out json;
    json_out_init(&json, out);
    json_object_open(&json);
    return write_body(&json, body, &ops_injection_body, actor);
}

enum status ops_write_recon(struct buf *out, const json_t *body, struct str actor)
{
    struct json_out json;
    json_out_init(&json, out);
    json_object_open(&json);
    return write_body(&json, body, &ops_recon_body, actor);
}

enum status ops_write_decision(struct buf *out, const struct ops_decision *d)
{
    struct json_out json;
    json_out_init(&json, out);
    json_object_open(&json);
    json_key(&json, "id");
    json_typeid(&json, d->prefix, &d->id);
    if (d->owner.len > 0) {
        json_key(&json, "owner");
        json_str(&json, d->owner);
    }
    return write_body(&json, d->body, &ops_resolution_body, d->actor);
}

static void write_text(struct json_out *json, const json_t *body, const char *name)
{
    struct str text = json_get_str(body, name);
    if (text.data != NULL) {
        json_key(json, name);
        json_str(json, text);
    }
}

void ops_write_webhook(struct buf *out, const struct ops_webhook *w)
{
    struct json_out json;
    json_out_init(&json, out);
    json_object_open(&json);
    json_key(&json, "id");
    json_typeid(&json, w->prefix, &w->id);
    if (w->owner.data != NULL) {
        json_key(&json, "owner");
        json_str(&json, w->owner);
    }
    for (size_t i = 0; w->body != NULL && i < COUNT(recovery); i++) {
        write_text(&json, w->body, recovery[i].name);
    }
    write_actor(&json, w->actor);
    json_object_close(&json);
}

void ops_write_reset(struct buf *out, struct str actor)
{
    struct json_out json;
    json_out_init(&json, out);
    json_object_open(&json);
    write_actor(&json, actor);
    json_object_close(&json);
}
