/* json_check.c - an object against its field specs. Everything wrong is collected; the answer's outcome is
   the error of the lowest HTTP status (malformed before unacceptable), the first found among equals. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "shared/core/currency.h"
#include "shared/core/json_in.h"
#include "shared/core/json_scan.h"
#include "shared/core/money.h"
#include "shared/core/timefmt.h"
#include "shared/core/typeid.h"

#define POINTER_MAX 512

struct checker {
    struct problem *problem; /* untouched until the first error */
    bool failed;
    const char *holder; /* the list or object whose inside is looked at; NULL: none */
    bool is_list;
    size_t index; /* which item of a list */
};

/* What is looked at: its pointer is built only when it is wrong. */
struct place {
    const char *field; /* NULL: the item itself */
    struct str member; /* of an object field; {NULL, 0}: the field itself */
};

static void PRINTF_LIKE(4, 5)
    report(struct checker *c, enum outcome outcome, struct place place, const char *format, ...)
{
    if (!c->failed) {
        problem_init(c->problem, outcome);
        c->failed = true;
    } else if (outcome_http_status(outcome) < outcome_http_status(c->problem->outcome)) {
        c->problem->outcome = outcome;
    }
    struct buf pointer CLEANUP(buf_free);
    buf_init(&pointer, POINTER_MAX);
    if (c->holder != NULL) {
        json_scan_add_pointer(&pointer, str_of(c->holder));
    }
    if (c->is_list) {
        buf_addf(&pointer, "/%zu", c->index);
    }
    if (place.field != NULL) {
        json_scan_add_pointer(&pointer, str_of(place.field));
    }
    if (place.member.data != NULL) {
        json_scan_add_pointer(&pointer, place.member);
    }
    char detail[200];
    va_list args;
    va_start(args, format);
    vsnprintf(detail, sizeof(detail), format, args);
    va_end(args);
    problem_add_error(c->problem, pointer.data == NULL ? "" : pointer.data, "%s", detail);
}

static size_t count_code_points(struct str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.len; i++) {
        count += ((unsigned char)s.data[i] & 0xc0) != 0x80;
    }
    return count;
}

static bool has_control_character(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if ((unsigned char)s.data[i] < 0x20 || s.data[i] == 0x7f) {
            return true;
        }
    }
    return false;
}

static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool digit = c >= '0' && c <= '9';
        if (!letter && !digit && strchr("_.:-", c) == NULL) {
            return false;
        }
    }
    return true;
}

static struct str text_of(const json_t *value)
{
    return (struct str){json_string_value(value), json_string_length(value)};
}

/* Strings and names. */
static void check_text(struct checker *c, const struct field_spec *spec, const json_t *value)
{
    struct place place = {.field = spec->name};
    struct str text = text_of(value);
    size_t len = count_code_points(text);
    if ((int64_t)len < spec->min || (int64_t)len > spec->max) {
        report(c, OUTCOME_invalid_value, place, "must have %lld to %lld characters", (long long)spec->min,
               (long long)spec->max);
    } else if (has_control_character(text)) {
        report(c, OUTCOME_invalid_value, place, "must not hold control characters");
    } else if (spec->type == FIELD_NAME && !is_name(text)) {
        report(c, OUTCOME_invalid_value, place, "may hold letters, digits, '_', '.', ':' and '-' only");
    }
}

static void check_int(struct checker *c, const struct field_spec *spec, const json_t *value)
{
    assert(spec->min > INT64_MIN && spec->max < INT64_MAX); /* the parser clamps what is beyond int64 */
    int64_t number = json_integer_value(value);
    if (number < spec->min || number > spec->max) {
        report(c, OUTCOME_invalid_value, (struct place){.field = spec->name}, "must be between %lld and %lld",
               (long long)spec->min, (long long)spec->max);
    }
}

static void check_amount(struct checker *c, const struct field_spec *spec, const json_t *value)
{
    if (!money_amount_valid(json_integer_value(value))) {
        report(c, OUTCOME_amount_out_of_range, (struct place){.field = spec->name},
               "must be between 1 and %lld minor units", (long long)MONEY_AMOUNT_MAX);
    }
}

static void check_currency(struct checker *c, const struct field_spec *spec, const json_t *value)
{
    if (currency_find(text_of(value)) == NULL) {
        report(c, OUTCOME_unknown_currency, (struct place){.field = spec->name},
               "must be an ISO 4217 code such as EUR");
    }
}

static void check_id(struct checker *c, const struct field_spec *spec, const json_t *value)
{
    struct uuid id;
    if (typeid_parse(spec->prefix, text_of(value), &id) != STATUS_OK) {
        report(c, spec->not_found_as, (struct place){.field = spec->name},
               "is not an id that begins with %s_", spec->prefix);
    }
}

static void check_enum(struct checker *c, const struct field_spec *spec, const json_t *value)
{
    char list[128] = "";
    size_t len = 0;
    for (const char *const *word = spec->words; *word != NULL; word++) {
        if (str_eq_c(text_of(value), *word)) {
            return;
        }
        int added = snprintf(list + len, sizeof(list) - len, "%s%s", len > 0 ? ", " : "", *word);
        len += (size_t)added;
        assert(len < sizeof(list)); /* the words are ours */
    }
    report(c, OUTCOME_invalid_value, (struct place){.field = spec->name}, "must be one of: %s", list);
}

static void check_metadata_member(struct checker *c, struct place place, const json_t *value)
{
    size_t key_len = count_code_points(place.member);
    if (key_len < 1 || key_len > METADATA_KEY_MAX || has_control_character(place.member)) {
        report(c, OUTCOME_invalid_value, place, "keys have 1 to %d characters, no control characters",
               METADATA_KEY_MAX);
    }
    if (!json_is_string(value)) {
        report(c, OUTCOME_wrong_type, place, "must be a string");
    } else if (count_code_points(text_of(value)) > METADATA_VALUE_MAX) {
        report(c, OUTCOME_invalid_value, place, "must have at most %d characters", METADATA_VALUE_MAX);
    }
}

static void check_metadata(struct checker *c, const struct field_spec *spec, const json_t *value)
{
    struct place place = {.field = spec->name};
    if (json_object_size(value) > METADATA_KEYS_MAX) {
        report(c, OUTCOME_invalid_value, place, "may hold at most %d keys", METADATA_KEYS_MAX);
        return;
    }
    json_t *object = (json_t *)value; /* iteration changes nothing */
    const char *key;
    size_t len;
    json_t *member;
    json_object_keylen_foreach(object, key, len, member)
    {
        place.member = (struct str){key, len};
        check_metadata_member(c, place, member);
    }
}

static void check_fields(struct checker *c, const json_t *object, const struct field_spec *fields,
                         size_t count);

static void check_list(struct checker *c, const struct field_spec *spec, const json_t *value)
{
    assert(c->holder == NULL && spec->items != NULL);
    size_t count = json_array_size(value);
    if ((int64_t)count < spec->min || (int64_t)count > spec->max) {
        report(c, OUTCOME_invalid_value, (struct place){.field = spec->name}, "must have %lld to %lld items",
               (long long)spec->min, (long long)spec->max);
        return;
    }
    c->holder = spec->name;
    c->is_list = true;
    for (c->index = 0; c->index < count; c->index++) {
        const json_t *item = json_array_get(value, c->index);
        if (json_is_object(item)) {
            check_fields(c, item, spec->items, spec->item_field_count);
        } else {
            report(c, OUTCOME_wrong_type, (struct place){0}, "must be an object");
        }
    }
    c->holder = NULL;
    c->is_list = false;
}

static void check_strings(struct checker *c, const struct field_spec *spec, const json_t *value)
{
    assert(c->holder == NULL);
    const struct field_spec item = {.type = FIELD_STRING, .min = 1, .max = FIELD_STRINGS_MAX};
    size_t count = json_array_size(value);
    if ((int64_t)count < spec->min || (int64_t)count > spec->max) {
        report(c, OUTCOME_invalid_value, (struct place){.field = spec->name}, "must have %lld to %lld items",
               (long long)spec->min, (long long)spec->max);
        return;
    }
    c->holder = spec->name;
    c->is_list = true;
    for (c->index = 0; c->index < count; c->index++) {
        const json_t *text = json_array_get(value, c->index);
        if (json_is_string(text)) {
            check_text(c, &item, text);
        } else {
            report(c, OUTCOME_wrong_type, (struct place){0}, "must be a string");
        }
    }
    c->holder = NULL;
    c->is_list = false;
}

static void check_object(struct checker *c, const struct field_spec *spec, const json_t *value)
{
    assert(c->holder == NULL);
    if (spec->members != NULL) {
        c->holder = spec->name;
        check_fields(c, value, spec->members, spec->member_count);
        c->holder = NULL;
    }
}

static void check_time(struct checker *c, const struct field_spec *spec, const json_t *value)
{
    int64_t unix_us;
    if (time_parse(text_of(value), &unix_us) != STATUS_OK) {
        report(c, OUTCOME_invalid_value, (struct place){.field = spec->name},
               "must be an RFC 3339 time such as 2026-11-21T15:06:54Z");
    }
}

static bool is_array(const json_t *value)
{
    return json_is_array(value);
}
static bool is_integer(const json_t *value)
{
    return json_is_integer(value);
}
static bool is_string(const json_t *value)
{
    return json_is_string(value);
}
static bool is_object(const json_t *value)
{
    return json_is_object(value);
}
static bool is_bool(const json_t *value)
{
    return json_is_boolean(value);
}

/* How each type of field is told and checked further. */
static const struct {
    bool (*has_type)(const json_t *value);
    const char *type_error;
    void (*check)(struct checker *c, const struct field_spec *spec,
                  const json_t *value); /* NULL: nothing more */
} rules[] = {
    [FIELD_STRING] = {is_string, "must be a string", check_text},
    [FIELD_NAME] = {is_string, "must be a string", check_text},
    [FIELD_INT] = {is_integer, "must be an integer without fraction or exponent", check_int},
    [FIELD_AMOUNT] = {is_integer, "must be an integer of minor units without fraction or exponent",
                      check_amount},
    [FIELD_BOOL] = {is_bool, "must be true or false", NULL},
    [FIELD_TIME] = {is_string, "must be a string", check_time},
    [FIELD_CURRENCY] = {is_string, "must be a string", check_currency},
    [FIELD_ID] = {is_string, "must be a string", check_id},
    [FIELD_ENUM] = {is_string, "must be a string", check_enum},
    [FIELD_METADATA] = {is_object, "must be an object of strings", check_metadata},
    [FIELD_LIST] = {is_array, "must be an array of objects", check_list},
    [FIELD_OBJECT] = {is_object, "must be an object", check_object},
    [FIELD_STRINGS] = {is_array, "must be an array of strings", check_strings},
};

static const struct field_spec *find_spec(const struct field_spec *fields, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(fields[i].name, name) == 0) {
            return &fields[i];
        }
    }
    return NULL;
}

static void check_unknown(struct checker *c, const json_t *object, const struct field_spec *fields,
                          size_t count)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        if (find_spec(fields, count, key) != NULL) {
            continue;
        }
        bool is_key = strcmp(key, "key") == 0 || strcmp(key, "idempotency_key") == 0;
        report(c, OUTCOME_unknown_field, (struct place){.field = key}, "%s",
               is_key ? "is not known here; the key goes into the Idempotency-Key header"
                      : "is not known here");
    }
}

static void check_fields(struct checker *c, const json_t *object, const struct field_spec *fields,
                         size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        found += json_object_get(object, fields[i].name) != NULL;
    }
    if (found < json_object_size(object)) {
        check_unknown(c, object, fields, count);
    }
    for (size_t i = 0; i < count; i++) {
        const struct field_spec *spec = &fields[i];
        const json_t *value = json_object_get(object, spec->name);
        if (value == NULL) {
            if (spec->required) {
                report(c, OUTCOME_missing_field, (struct place){.field = spec->name}, "is required");
            }
        } else if (!rules[spec->type].has_type(value)) {
            report(c, OUTCOME_wrong_type, (struct place){.field = spec->name}, "%s",
                   rules[spec->type].type_error);
        } else if (rules[spec->type].check != NULL) {
            rules[spec->type].check(c, spec, value);
        }
    }
}

enum status json_check(const json_t *object, const struct field_spec *fields, size_t count,
                       struct problem *ret_problem)
{
    struct checker c = {.problem = ret_problem};
    check_fields(&c, object, fields, count);
    return c.failed ? STATUS_INVALID : STATUS_OK;
}
