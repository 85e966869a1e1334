/* json_in.c - reading over jansson: parse strictly, then hand out the checked values. The checks:
 * json_check.c. */
#include "shared/core/json_in.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/json_scan.h"
#include "shared/core/typeid.h"

#define POINTER_MAX 1024

static enum status refuse(struct problem *ret_problem, enum outcome outcome, const char *sentence)
{
    problem_init(ret_problem, outcome);
    problem_detail(ret_problem, "%s", sentence);
    return STATUS_INVALID;
}

/* The member that the parser had reached is the one to name. */
static enum status refuse_member(struct problem *ret_problem, enum outcome outcome, struct str text,
                                 int position, const char *sentence)
{
    struct buf pointer CLEANUP(buf_free);
    buf_init(&pointer, POINTER_MAX);
    json_scan_locate(text, (size_t)position, &pointer);
    problem_init(ret_problem, outcome);
    problem_add_error(ret_problem, pointer.data == NULL ? "" : pointer.data, "%s", sentence);
    return STATUS_INVALID;
}

static const char *reason_of(enum json_error_code code)
{
    static const struct {
        enum json_error_code code;
        const char *reason;
    } reasons[] = {
        {json_error_invalid_utf8, "not valid UTF-8"},
        {json_error_premature_end_of_input, "the body ends too early"},
        {json_error_end_of_input_expected, "text after the object"},
        {json_error_null_character, "the character \\u0000 is not accepted"},
        {json_error_null_byte_in_key, "the character \\u0000 is not accepted"},
    };
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (reasons[i].code == code) {
            return reasons[i].reason;
        }
    }
    return "not JSON";
}

static enum status refuse_parse_error(struct problem *ret_problem, struct str text, const json_error_t *error)
{
    enum json_error_code code = json_error_code(error);
    if (error->text[0] == '\0') { /* the parser says nothing when memory ran out */
        problem_init(ret_problem, OUTCOME_busy);
        return STATUS_NO_MEMORY;
    }
    if (code == json_error_duplicate_key) {
        return refuse_member(ret_problem, OUTCOME_duplicate_field, text, error->position, "appears twice");
    }
    if (code == json_error_numeric_overflow) { /* integers were clamped: this is 1e400 */
        return refuse_member(ret_problem, OUTCOME_wrong_type, text, error->position,
                             "is a real number beyond any range");
    }
    problem_init(ret_problem, OUTCOME_invalid_json);
    problem_detail(ret_problem, "At byte %d: %s.", error->position, reason_of(code));
    return STATUS_INVALID;
}

static json_t *load(struct str text, json_error_t *ret_error)
{
    *ret_error = (json_error_t){0};
    return json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES, ret_error);
}

/* The same text with its integers brought into int64. NULL with an empty error text: no memory. */
static json_t *load_clamped(struct str text, json_error_t *ret_error)
{
    *ret_error = (json_error_t){0};
    char *copy = malloc(text.len + 1);
    if (copy == NULL) {
        return NULL;
    }
    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    json_scan_clamp_integers(copy, text.len);
    json_t *root = load((struct str){copy, text.len}, ret_error);
    free(copy);
    return root;
}

enum status json_parse_object(struct str text, json_t **ret_object, struct problem *ret_problem)
{
    return json_parse_object_within(text, JSON_VALUES_MAX, ret_object, ret_problem);
}

enum status json_parse_object_within(struct str text, int values_max, json_t **ret_object,
                                     struct problem *ret_problem)
{
    if (text.len == 0) {
        return refuse(ret_problem, OUTCOME_invalid_json, "The body is empty.");
    }
    if (text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0) {
        return refuse(ret_problem, OUTCOME_invalid_json, "The body begins with a byte order mark.");
    }
    if (memchr(text.data, '\0', text.len) != NULL) {
        return refuse(ret_problem, OUTCOME_invalid_json, "The body holds a NUL byte.");
    }
    if (!json_scan_depth_within(text, JSON_DEPTH_MAX)) {
        return refuse(ret_problem, OUTCOME_invalid_json, "The body nests deeper than 32 levels.");
    }
    if (!json_scan_values_within(text, values_max)) {
        problem_init(ret_problem, OUTCOME_invalid_json);
        problem_detail(ret_problem, "The body holds more than %d values.", values_max);
        return STATUS_INVALID;
    }
    json_error_t error;
    json_t *root = load(text, &error);
    if (root == NULL && json_error_code(&error) == json_error_numeric_overflow) {
        root = load_clamped(text, &error);
    }
    if (root == NULL) {
        return refuse_parse_error(ret_problem, text, &error);
    }
    if (!json_is_object(root)) {
        json_decref(root);
        return refuse(ret_problem, OUTCOME_invalid_json, "The body must be a JSON object.");
    }
    *ret_object = root;
    return STATUS_OK;
}

static int add_to_buf(const char *data, size_t len, void *buf)
{
    buf_add(buf, data, len);
    return 0;
}

enum status json_canonical(const json_t *value, struct buf *out)
{
    if (json_dump_callback(value, add_to_buf, out, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY) != 0) {
        return STATUS_NO_MEMORY;
    }
    return buf_status(out);
}

struct str json_member_text(struct str object, const char *name)
{
    return json_scan_member(object, str_of(name));
}

struct str json_get_str(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return (struct str){json_string_value(value), json_string_length(value)};
}

int64_t json_get_int(const json_t *object, const char *name, int64_t fallback)
{
    const json_t *value = json_object_get(object, name);
    return json_is_integer(value) ? json_integer_value(value) : fallback;
}

bool json_get_bool(const json_t *object, const char *name, bool fallback)
{
    const json_t *value = json_object_get(object, name);
    return json_is_boolean(value) ? json_is_true(value) : fallback;
}

bool json_get_id(const json_t *object, const char *name, const char *prefix, struct uuid *ret_id)
{
    struct str text = json_get_str(object, name);
    return text.data != NULL && typeid_parse(prefix, text, ret_id) == STATUS_OK;
}

void json_decref_ptr(json_t **value)
{
    json_decref(*value);
}
