/* query.c - application/x-www-form-urlencoded, decoded once and checked by type. */
#include "ingress/domain/query.h"

#include <stdio.h>
#include <string.h>

#include "ingress/domain/text.h"
#include "shared/contract/object_id.h"
#include "shared/core/currency.h"
#include "shared/core/json_out.h"
#include "shared/core/parse.h"
#include "shared/core/timefmt.h"
#include "shared/core/typeid.h"

#define JSON_MAX ((size_t)32 << 10) /* a query of 2,048 bytes, each of which may become six */
#define DAY_LEN  10                 /* "2026-01-31" */

/* NULL when an escape is malformed or memory is out. */
static char *decode(struct str s, struct arena *arena, size_t *ret_len)
{
    char *out = arena_alloc(arena, s.len + 1);
    size_t len = 0;
    for (size_t i = 0; out != NULL && i < s.len; i++) {
        char c = s.data[i];
        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            uint8_t byte;
            if (i + 2 >= s.len || parse_hex((struct str){s.data + i + 1, 2}, &byte, 1) != STATUS_OK) {
                return NULL;
            }
            c = (char)byte;
            i += 2;
        }
        out[len++] = c;
    }
    *ret_len = len;
    return out;
}

static bool is_one_of(struct str text, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (str_eq_c(text, *words)) {
            return true;
        }
    }
    return false;
}

static enum status read_day(struct str text, int64_t *ret_day)
{
    char time[TIME_TEXT_SIZE];
    int64_t us;
    if (text.len != DAY_LEN) {
        return STATUS_INVALID;
    }
    int len = snprintf(time, sizeof(time), "%.*sT00:00:00Z", DAY_LEN, text.data);
    enum status s = time_parse((struct str){time, (size_t)len}, &us);
    if (s == STATUS_OK) {
        *ret_day = time_day(us);
    }
    return s;
}

/* NULL: the value is fine and *ret_value filled; otherwise what is wanted. */
static const char *read_value(const struct param_spec *spec, struct str text, struct param_value *ret_value)
{
    struct param_value value = {.is_set = true, .text = text};
    switch (spec->type) {
    case PARAM_TEXT:
        if (text.len == 0 || text.len > QUERY_VALUE_MAX || !text_is_clean(text)) {
            return "wants 1 to 256 bytes of text";
        }
        break;
    case PARAM_NAME:
        if (!text_is_name(text, 64)) {
            return "wants 1 to 64 letters, digits and _ . : -";
        }
        break;
    case PARAM_WORD:
        if (!is_one_of(text, spec->words)) {
            return "is not one of the words of this filter";
        }
        break;
    case PARAM_CURRENCY:
        if (currency_find(text) == NULL) {
            return "wants an ISO 4217 code";
        }
        break;
    case PARAM_ID:
        if (typeid_parse(spec->prefix, text, &value.id) != STATUS_OK) {
            return "is not an id of this kind";
        }
        break;
    case PARAM_OBJECT:
        if (object_id_parse(text, &value.id) != STATUS_OK) {
            return "is not an id of an object";
        }
        break;
    case PARAM_TIME:
        if (time_parse(text, &value.number) != STATUS_OK) {
            return "wants an RFC 3339 time such as 2026-01-31T00:00:00Z (a + in it written as %2B)";
        }
        break;
    case PARAM_DAY:
        if (read_day(text, &value.number) != STATUS_OK) {
            return "wants a day such as 2026-01-31";
        }
        break;
    case PARAM_LIMIT:
        if (parse_int64(text, 1, QUERY_LIMIT_MAX, &value.number) != STATUS_OK) {
            return "wants a number from 1 to 100";
        }
        break;
    case PARAM_METADATA: /* read_metadata does it */
    case PARAM_CURSOR:
        break;
    }
    *ret_value = value;
    return NULL;
}

static void add_error(struct problem *p, struct str name, const char *what)
{
    char pointer[80];
    struct str shown = text_is_name(name, 64) ? name : STR_LIT("...");
    snprintf(pointer, sizeof(pointer), "?%.*s", (int)shown.len, shown.data);
    problem_add_error(p, pointer, "%s", what);
}

/* Its own name or, for metadata, that with a key behind a dot. */
static bool is_named(const struct param_spec *spec, struct str name)
{
    size_t len = strlen(spec->name);
    if (spec->type != PARAM_METADATA) {
        return str_eq_c(name, spec->name);
    }
    return name.len > len && memcmp(name.data, spec->name, len) == 0 && name.data[len] == '.';
}

static size_t find_spec(struct str name, const struct query_rules *rules)
{
    for (size_t i = 0; i < rules->count; i++) {
        if (is_named(&rules->specs[i], name) && (rules->is_staff || !rules->specs[i].staff_only)) {
            return i;
        }
    }
    return rules->count;
}

/* The object that the members before have made, without its end, and one more: {"a":"1","b":"2"}. */
static void write_member(struct str before, struct str key, struct str text, struct buf *out)
{
    buf_reset(out);
    buf_add(out, before.data, before.len > 0 ? before.len - 1 : 0);
    buf_add_char(out, before.len > 0 ? ',' : '{');
    struct json_out json;
    json_out_init(&json, out);
    json_str(&json, key);
    buf_add_char(out, ':');
    json_out_init(&json, out);
    json_str(&json, text);
    buf_add_char(out, '}');
}

/* A key's text in JSON cannot stand within a value's: a quote in that is escaped. */
static bool has_member(struct str object, struct str key)
{
    struct buf member CLEANUP(buf_free);
    struct json_out json;
    buf_init(&member, JSON_MAX);
    json_out_init(&json, &member);
    json_str(&json, key);
    buf_add_char(&member, ':');
    return member.len > 0 && object.len > 0 &&
           memmem(object.data, object.len, member.data, member.len) != NULL;
}

/* NULL: *value has one member more; otherwise what is wanted. */
static const char *read_metadata(struct str key, struct str text, struct arena *arena,
                                 struct param_value *value)
{
    if (key.len == 0 || !text_is_clean(key) || !text_is_clean(text)) {
        return "wants a key and a text without control characters";
    }
    if (value->number == QUERY_METADATA_MAX) {
        return "is one too many: there may be 8 of metadata";
    }
    if (has_member(value->text, key)) {
        return "appears twice";
    }
    struct buf object CLEANUP(buf_free);
    buf_init(&object, JSON_MAX);
    write_member(value->text, key, text, &object);
    char *copy = buf_status(&object) == STATUS_OK ? arena_alloc(arena, object.len) : NULL;
    if (copy == NULL) {
        return "is too long";
    }
    memcpy(copy, object.data, object.len);
    *value = (struct param_value){.is_set = true, .text = {copy, object.len}, .number = value->number + 1};
    return NULL;
}

/* Decoded; data NULL, and the error is noted, when an escape is malformed. */
static struct str decode_part(struct str raw, struct str name, struct arena *arena, struct problem *p)
{
    struct str text = {0};
    text.data = decode(raw, arena, &text.len);
    if (text.data == NULL) {
        add_error(p, name, "has a malformed percent escape");
    }
    return text;
}

static const char *read_pair_value(const struct query_rules *rules, const struct param_spec *spec,
                                   struct str key, struct str text, struct param_value *value)
{
    if (spec->type == PARAM_METADATA) {
        return read_metadata(key, text, rules->arena, value);
    }
    return value->is_set ? "appears twice" : read_value(spec, text, value);
}

static void read_pair(struct str pair, const struct query_rules *rules, struct param_value *values,
                      struct problem *p)
{
    const char *equals = memchr(pair.data, '=', pair.len);
    size_t name_len = equals != NULL ? (size_t)(equals - pair.data) : pair.len;
    struct str name = {pair.data, name_len};
    size_t i = find_spec(name, rules);
    if (i == rules->count) {
        add_error(p, name, "is not a parameter of this route");
        return;
    }
    const struct param_spec *spec = &rules->specs[i];
    struct str raw = {pair.data + name_len, 0}, raw_key = raw;
    if (equals != NULL) {
        raw = (struct str){equals + 1, pair.len - name_len - 1};
    }
    if (spec->type == PARAM_METADATA) {
        size_t key_at = strlen(spec->name) + 1;
        raw_key = (struct str){name.data + key_at, name_len - key_at};
    }
    struct str text = decode_part(raw, name, rules->arena, p);
    struct str key = text.data != NULL ? decode_part(raw_key, name, rules->arena, p) : text;
    if (key.data == NULL) {
        return;
    }
    const char *wanted = read_pair_value(rules, spec, key, text, &values[i]);
    if (wanted != NULL) {
        add_error(p, name, wanted);
    }
}

enum status query_parse(struct str query, const struct query_rules *rules, struct param_value *ret_values,
                        struct problem *ret_problem)
{
    struct problem p;
    problem_init(&p, OUTCOME_invalid_parameter);
    for (size_t i = 0; i < rules->count; i++) {
        ret_values[i] = (struct param_value){0};
    }
    for (size_t at = 0; at < query.len;) {
        const char *end = memchr(query.data + at, '&', query.len - at);
        size_t len = end != NULL ? (size_t)(end - query.data) - at : query.len - at;
        if (len > 0) {
            read_pair((struct str){query.data + at, len}, rules, ret_values, &p);
        }
        at += len + 1;
    }
    if (p.error_count == 0) {
        return STATUS_OK;
    }
    *ret_problem = p;
    return STATUS_INVALID;
}
