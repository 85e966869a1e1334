/* command.c - the envelope around a command's data, and the reply whose body is sliced, never parsed. */
#include "shared/contract/command.h"

#include <assert.h>
#include <string.h>

#include "shared/core/json_out.h"
#include "shared/core/parse.h"

#define FINGERPRINT_LEN  (2 * DIGEST_SIZE)
#define DEADLINE_MAX     INT64_C(9007199254740991) /* unix microseconds, until the year 2255 */
#define TRACEPARENT_MAX  128
#define REPLY_STATUS_LEN 3
#define REPLY_STATUS_MIN 100
#define REPLY_STATUS_MAX 599

/* Anyone who may publish on the subject could send garbage: what ingress checked is checked again. */
/* clang-format off */
static const struct field_spec envelope_fields[] = {
    {.name = "id", .type = FIELD_ID, .required = true, .prefix = "cmd", .not_found_as = OUTCOME_invalid_value},
    {.name = "owner", .type = FIELD_NAME, .required = true, .min = 1, .max = COMMAND_OWNER_MAX},
    {.name = "actor", .type = FIELD_NAME, .required = true, .min = 1, .max = COMMAND_OWNER_MAX},
    {.name = "staff", .type = FIELD_BOOL, .required = true},
    {.name = "key", .type = FIELD_STRING, .min = 1, .max = COMMAND_KEY_MAX},
    {.name = "fingerprint", .type = FIELD_NAME, .required = true, .min = FINGERPRINT_LEN, .max = FINGERPRINT_LEN},
    {.name = "source", .type = FIELD_STRING, .min = 1, .max = COMMAND_SOURCE_MAX},
    {.name = "deadline", .type = FIELD_INT, .min = 0, .max = DEADLINE_MAX},
    {.name = "traceparent", .type = FIELD_STRING, .min = 1, .max = TRACEPARENT_MAX},
    {.name = "data", .type = FIELD_OBJECT, .required = true},
};
/* clang-format on */

static void write_member(struct json_out *json, const char *name, struct str value)
{
    json_key(json, name);
    json_str(json, value);
}

void command_write(const struct command_envelope *c, struct str data_json, struct buf *out)
{
    char fingerprint[FINGERPRINT_LEN + 1];
    format_hex(c->fingerprint.bytes, DIGEST_SIZE, fingerprint);

    struct json_out json;
    json_out_init(&json, out);
    json_object_open(&json);
    json_key(&json, "id");
    json_typeid(&json, "cmd", &c->id);
    write_member(&json, "owner", c->owner);
    write_member(&json, "actor", c->actor);
    json_key(&json, "staff");
    json_bool(&json, c->staff);
    if (c->key.len > 0) {
        write_member(&json, "key", c->key);
    }
    write_member(&json, "fingerprint", (struct str){fingerprint, FINGERPRINT_LEN});
    if (c->source.len > 0) {
        write_member(&json, "source", c->source);
    }
    if (c->deadline_us > 0) {
        json_key(&json, "deadline");
        json_int(&json, c->deadline_us);
    }
    if (c->traceparent.len > 0) {
        write_member(&json, "traceparent", c->traceparent);
    }
    json_key(&json, "data");
    json_raw(&json, data_json);
    json_object_close(&json);
}

static enum status check_envelope(const json_t *root, const struct command_spec *spec,
                                  struct command_envelope *ret_command, struct problem *ret_problem)
{
    enum status status =
        json_check(root, envelope_fields, sizeof(envelope_fields) / sizeof(envelope_fields[0]), ret_problem);
    if (status != STATUS_OK) {
        return status;
    }
    struct command_envelope c = {.owner = json_get_str(root, "owner"),
                                 .actor = json_get_str(root, "actor"),
                                 .staff = json_get_bool(root, "staff", false),
                                 .key = json_get_str(root, "key"),
                                 .source = json_get_str(root, "source"),
                                 .deadline_us = json_get_int(root, "deadline", 0),
                                 .traceparent = json_get_str(root, "traceparent"),
                                 .data = json_object_get(root, "data")};
    if (parse_hex(json_get_str(root, "fingerprint"), c.fingerprint.bytes, DIGEST_SIZE) != STATUS_OK) {
        problem_init(ret_problem, OUTCOME_invalid_value);
        problem_add_error(ret_problem, "/fingerprint", "must be %d hex digits", FINGERPRINT_LEN);
        return STATUS_INVALID;
    }
    status = json_check(c.data, spec->fields, spec->field_count, ret_problem);
    if (status != STATUS_OK) {
        return status;
    }
    bool has_id = json_get_id(root, "id", "cmd", &c.id);
    assert(has_id);
    *ret_command = c;
    return STATUS_OK;
}

enum status command_read(struct str body, const struct command_spec *spec, json_t **ret_root,
                         struct command_envelope *ret_command, struct problem *ret_problem)
{
    json_t *root;
    enum status status = json_parse_object_within(body, command_values_max(spec), &root, ret_problem);
    if (status != STATUS_OK) {
        return status;
    }
    status = check_envelope(root, spec, ret_command, ret_problem);
    if (status != STATUS_OK) {
        json_decref(root);
        return status;
    }
    *ret_root = root;
    return STATUS_OK;
}

void reply_write(int status, bool replayed, struct str body, struct buf *out)
{
    assert(status >= REPLY_STATUS_MIN && status <= REPLY_STATUS_MAX && body.len > 0);
    struct json_out json;
    json_out_init(&json, out);
    json_object_open(&json);
    json_key(&json, "status");
    json_int(&json, status);
    json_key(&json, "replayed");
    json_bool(&json, replayed);
    json_key(&json, "body");
    json_raw(&json, body);
    json_object_close(&json);
}

enum status reply_read(struct str text, int *ret_status, bool *ret_replayed, struct str *ret_body)
{
    if (!str_take(&text, STR_LIT("{\"status\":")) || text.len < REPLY_STATUS_LEN) {
        return STATUS_INVALID;
    }
    int64_t status;
    if (parse_int64((struct str){text.data, REPLY_STATUS_LEN}, REPLY_STATUS_MIN, REPLY_STATUS_MAX, &status) !=
        STATUS_OK) {
        return STATUS_INVALID;
    }
    text = (struct str){text.data + REPLY_STATUS_LEN, text.len - REPLY_STATUS_LEN};
    bool replayed = str_take(&text, STR_LIT(",\"replayed\":true,\"body\":"));
    if (!replayed && !str_take(&text, STR_LIT(",\"replayed\":false,\"body\":"))) {
        return STATUS_INVALID;
    }
    if (text.len < 2 || text.data[text.len - 1] != '}') { /* a value and the closing brace */
        return STATUS_INVALID;
    }
    *ret_status = (int)status;
    *ret_replayed = replayed;
    *ret_body = (struct str){text.data, text.len - 1};
    return STATUS_OK;
}
