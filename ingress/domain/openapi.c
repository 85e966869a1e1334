/* openapi.c - one function per object of the specification. */
#include "ingress/domain/openapi.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "shared/core/money.h"

#define ID_SUFFIX "[0-7][0-9a-hjkmnp-tv-z]{25}$"

static void text(struct json_out *o, const char *key, const char *value)
{
    json_key(o, key);
    json_cstr(o, value);
}

static void number(struct json_out *o, const char *key, int64_t value)
{
    json_key(o, key);
    json_int(o, value);
}

static void open_object(struct json_out *o, const char *key)
{
    json_key(o, key);
    json_object_open(o);
}

static void reference(struct json_out *o, const char *section, const char *name)
{
    char path[96];
    struct buf b CLEANUP(buf_free);
    buf_init(&b, sizeof(path));
    buf_addf(&b, "#/components/%s/%s", section, name);
    text(o, "$ref", b.data);
}

static void words(struct json_out *o, const char *const *list)
{
    json_key(o, "enum");
    json_array_open(o);
    for (; *list != NULL; list++) {
        json_cstr(o, *list);
    }
    json_array_close(o);
}

static void id_pattern(struct json_out *o, const char *prefix)
{
    struct buf b CLEANUP(buf_free);
    buf_init(&b, 128);
    buf_addf(&b, "^%s_" ID_SUFFIX, prefix);
    text(o, "type", "string");
    text(o, "pattern", b.data);
}

static void metadata_schema(struct json_out *o)
{
    text(o, "type", "object");
    number(o, "maxProperties", METADATA_KEYS_MAX);
    open_object(o, "additionalProperties");
    text(o, "type", "string");
    number(o, "maxLength", METADATA_VALUE_MAX);
    json_object_close(o);
}

static void fields_schema(struct json_out *o, const struct field_spec *fields, size_t count,
                          const char *left_out);

static void list_schema(struct json_out *o, const struct field_spec *f)
{
    text(o, "type", "array");
    number(o, "minItems", f->min);
    number(o, "maxItems", f->max);
    open_object(o, "items");
    fields_schema(o, f->items, f->item_field_count, NULL);
    json_object_close(o);
}

static void object_schema(struct json_out *o, const struct field_spec *f)
{
    if (f->members != NULL) {
        fields_schema(o, f->members, f->member_count, NULL);
    } else {
        text(o, "type", "object");
    }
}

static void strings_schema(struct json_out *o, const struct field_spec *f)
{
    text(o, "type", "array");
    number(o, "minItems", f->min);
    number(o, "maxItems", f->max);
    open_object(o, "items");
    text(o, "type", "string");
    number(o, "minLength", 1);
    number(o, "maxLength", FIELD_STRINGS_MAX);
    json_object_close(o);
}

static void field_schema(struct json_out *o, const struct field_spec *f)
{
    json_object_open(o);
    switch (f->type) {
    case FIELD_STRING:
    case FIELD_NAME:
        text(o, "type", "string");
        number(o, "minLength", f->min);
        number(o, "maxLength", f->max);
        if (f->type == FIELD_NAME) {
            text(o, "pattern", "^[A-Za-z0-9_.:-]+$");
        }
        break;
    case FIELD_INT:
        text(o, "type", "integer");
        number(o, "minimum", f->min);
        number(o, "maximum", f->max);
        break;
    case FIELD_AMOUNT:
        text(o, "type", "integer");
        text(o, "format", "int64");
        number(o, "minimum", 1);
        number(o, "maximum", MONEY_AMOUNT_MAX);
        break;
    case FIELD_BOOL:
        text(o, "type", "boolean");
        break;
    case FIELD_TIME:
        text(o, "type", "string");
        text(o, "format", "date-time");
        break;
    case FIELD_CURRENCY:
        text(o, "type", "string");
        text(o, "pattern", "^[A-Z]{3}$");
        break;
    case FIELD_ID:
        id_pattern(o, f->prefix);
        break;
    case FIELD_ENUM:
        text(o, "type", "string");
        words(o, f->words);
        break;
    case FIELD_METADATA:
        metadata_schema(o);
        break;
    case FIELD_LIST:
        list_schema(o, f);
        break;
    case FIELD_STRINGS:
        strings_schema(o, f);
        break;
    case FIELD_OBJECT:
        object_schema(o, f);
        break;
    }
    text(o, "description", f->help);
    json_object_close(o);
}

/* left_out: the field that the path has; NULL: none. */
static bool is_in_body(const struct field_spec *f, const char *left_out)
{
    return !f->made && (left_out == NULL || strcmp(left_out, f->name) != 0);
}

/* The members of an object's schema. */
static void fields_schema(struct json_out *o, const struct field_spec *fields, size_t count,
                          const char *left_out)
{
    text(o, "type", "object");
    json_key(o, "additionalProperties");
    json_bool(o, false);
    json_key(o, "required");
    json_array_open(o);
    for (size_t i = 0; i < count; i++) {
        if (fields[i].required && is_in_body(&fields[i], left_out)) {
            json_cstr(o, fields[i].name);
        }
    }
    json_array_close(o);
    open_object(o, "properties");
    for (size_t i = 0; i < count; i++) {
        if (is_in_body(&fields[i], left_out)) {
            json_key(o, fields[i].name);
            field_schema(o, &fields[i]);
        }
    }
    json_object_close(o);
}

static void id_example(struct json_out *o, const char *prefix)
{
    struct buf b CLEANUP(buf_free);
    buf_init(&b, 128);
    buf_addf(&b, "%s_00000000000000000000000000", prefix);
    json_str(o, (struct str){b.data, b.len});
}

/* The items of a list take the words in turn: a debit, then a credit. */
static const char *word_of(const char *const *list, int64_t item)
{
    int64_t count = 0;
    while (list[count] != NULL) {
        count++;
    }
    assert(count > 0);
    return list[item % count];
}

static void fields_example(struct json_out *o, const struct field_spec *fields, size_t count,
                           const char *left_out, int64_t item);

/* As many items as there must be, one at least. */
static void list_example(struct json_out *o, const struct field_spec *f)
{
    json_array_open(o);
    for (int64_t i = 0; i == 0 || i < f->min; i++) {
        fields_example(o, f->items, f->item_field_count, NULL, i);
    }
    json_array_close(o);
}

static void field_example(struct json_out *o, const struct field_spec *f, int64_t item)
{
    switch (f->type) {
    case FIELD_STRING:
    case FIELD_NAME:
        json_cstr(o, "Example");
        break;
    case FIELD_INT:
        json_int(o, f->min);
        break;
    case FIELD_AMOUNT:
        json_int(o, 1250);
        break;
    case FIELD_BOOL:
        json_bool(o, false);
        break;
    case FIELD_TIME:
        json_cstr(o, "2026-11-21T15:06:54Z");
        break;
    case FIELD_CURRENCY:
        json_cstr(o, "EUR");
        break;
    case FIELD_ID:
        id_example(o, f->prefix);
        break;
    case FIELD_ENUM:
        json_cstr(o, word_of(f->words, item));
        break;
    case FIELD_LIST:
        list_example(o, f);
        break;
    case FIELD_STRINGS:
        json_array_open(o);
        json_cstr(o, "*");
        json_array_close(o);
        break;
    case FIELD_OBJECT:
        fields_example(o, f->members, f->member_count, NULL, item);
        break;
    case FIELD_METADATA:
        json_object_open(o);
        json_object_close(o);
        break;
    }
}

/* What an object must hold, for a first try: what tools make up from patterns is nonsense. */
static void fields_example(struct json_out *o, const struct field_spec *fields, size_t count,
                           const char *left_out, int64_t item)
{
    json_object_open(o);
    for (size_t i = 0; i < count; i++) {
        if (fields[i].required && is_in_body(&fields[i], left_out)) {
            json_key(o, fields[i].name);
            field_example(o, &fields[i], item);
        }
    }
    json_object_close(o);
}

/* The items of the list, one a line. */
static void lines_content(struct json_out *o, const struct field_spec *fields, size_t count, const char *list)
{
    size_t i = 0;
    while (i < count && strcmp(fields[i].name, list) != 0) {
        i++;
    }
    assert(i < count);
    open_object(o, "application/x-ndjson");
    open_object(o, "schema");
    fields_schema(o, fields[i].items, fields[i].item_field_count, NULL);
    json_object_close(o);
    json_object_close(o);
}

static const struct command_spec *body_of(const struct route *r)
{
    if (r->body != NULL) {
        return r->body;
    }
    return r->command != NULL ? command_spec_find(str_of(r->command)) : NULL;
}

/* A file as it is. */
static void file_body(struct json_out *o, const struct route *r)
{
    open_object(o, "requestBody");
    json_key(o, "required");
    json_bool(o, true);
    open_object(o, "content");
    for (const char *const *type = r->takes_files; *type != NULL; type++) {
        open_object(o, *type);
        open_object(o, "schema");
        text(o, "type", "string");
        json_object_close(o);
        json_object_close(o);
    }
    json_object_close(o);
    json_object_close(o);
}

static void request_body(struct json_out *o, const struct route *r)
{
    const struct command_spec *spec = body_of(r);
    if (r->takes_files != NULL) {
        file_body(o, r);
        return;
    }
    if (spec == NULL) {
        return;
    }
    open_object(o, "requestBody");
    json_key(o, "required");
    json_bool(o, !r->body_optional);
    open_object(o, "content");
    open_object(o, "application/json");
    open_object(o, "schema");
    fields_schema(o, spec->fields, spec->field_count, spec->path_field);
    json_object_close(o);
    json_key(o, "example");
    fields_example(o, spec->fields, spec->field_count, spec->path_field, 0);
    json_object_close(o);
    if (r->lines_of != NULL) {
        lines_content(o, spec->fields, spec->field_count, r->lines_of);
    }
    json_object_close(o);
    json_object_close(o);
}

static void parameter_schema(struct json_out *o, const struct param_spec *p)
{
    open_object(o, "schema");
    switch (p->type) {
    case PARAM_TEXT:
    case PARAM_OBJECT:
    case PARAM_CURSOR:
        text(o, "type", "string");
        break;
    case PARAM_METADATA:
        text(o, "type", "string");
        text(o, "description", "Named with the key behind a dot: metadata.order=42");
        break;
    case PARAM_NAME:
        text(o, "type", "string");
        text(o, "pattern", "^[A-Za-z0-9_.:-]{1,64}$");
        break;
    case PARAM_WORD:
        text(o, "type", "string");
        words(o, p->words);
        break;
    case PARAM_CURRENCY:
        text(o, "type", "string");
        text(o, "pattern", "^[A-Z]{3}$");
        break;
    case PARAM_ID:
        id_pattern(o, p->prefix);
        break;
    case PARAM_TIME:
        text(o, "type", "string");
        text(o, "format", "date-time");
        break;
    case PARAM_DAY:
        text(o, "type", "string");
        text(o, "format", "date");
        break;
    case PARAM_LIMIT:
        text(o, "type", "integer");
        number(o, "minimum", 1);
        number(o, "maximum", QUERY_LIMIT_MAX);
        number(o, "default", QUERY_LIMIT);
        break;
    }
    json_object_close(o);
}

static void key_parameter(struct json_out *o, enum key_rule rule)
{
    json_object_open(o);
    text(o, "name", "Idempotency-Key");
    text(o, "in", "header");
    json_key(o, "required");
    json_bool(o, rule == KEY_REQUIRED);
    text(o, "description",
         "1 to 255 printable characters, one for each intent; a repeat gives the first answer again.");
    open_object(o, "schema");
    text(o, "type", "string");
    number(o, "minLength", 1);
    number(o, "maxLength", COMMAND_KEY_MAX);
    json_object_close(o);
    json_object_close(o);
}

/* What a sender of webhooks signs, and how. */
static void signature_parameters(struct json_out *o)
{
    static const struct {
        const char *name, *help;
    } headers[] = {
        {"webhook-id", "1 to 255 characters without a dot; signed with the rest."},
        {"webhook-timestamp", "Unix seconds, at most 300 off."},
        {"webhook-signature", "One to ten signatures with spaces between; those of v1 count."},
    };
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        json_object_open(o);
        text(o, "name", headers[i].name);
        text(o, "in", "header");
        json_key(o, "required");
        json_bool(o, true);
        text(o, "description", headers[i].help);
        open_object(o, "schema");
        text(o, "type", "string");
        json_object_close(o);
        json_object_close(o);
    }
}

/* The {name} of a pattern, if it has one. */
static void path_parameter(struct json_out *o, const struct route *r)
{
    const char *open = strchr(r->pattern, '{');
    if (open == NULL) {
        return;
    }
    json_object_open(o);
    json_key(o, "name");
    json_str(o, (struct str){open + 1, strcspn(open + 1, "}")});
    text(o, "in", "path");
    json_key(o, "required");
    json_bool(o, true);
    open_object(o, "schema");
    if (r->id_prefix != NULL) {
        id_pattern(o, r->id_prefix);
    } else {
        text(o, "type", "string");
    }
    json_object_close(o);
    json_object_close(o);
}

static void parameters(struct json_out *o, const struct route *r)
{
    json_key(o, "parameters");
    json_array_open(o);
    path_parameter(o, r);
    for (size_t i = 0; i < r->param_count; i++) {
        json_object_open(o);
        text(o, "name", r->params[i].name);
        text(o, "in", "query");
        text(o, "description", r->params[i].help);
        parameter_schema(o, &r->params[i]);
        json_object_close(o);
    }
    if (r->key != KEY_NONE) {
        key_parameter(o, r->key);
    }
    if (r->access == ACCESS_SIGNED) {
        signature_parameters(o);
    }
    json_array_close(o);
}

static void good_answer(struct json_out *o, const struct route *r, const char *status,
                        const char *description)
{
    open_object(o, status);
    text(o, "description", description);
    if (r->answer != NULL) {
        open_object(o, "content");
        open_object(o, "application/json");
        open_object(o, "schema");
        reference(o, "schemas", r->answer);
        json_object_close(o);
        json_object_close(o);
        json_object_close(o);
    }
    json_object_close(o);
}

static void answers(struct json_out *o, const struct route *r)
{
    open_object(o, "responses");
    if (r->key == KEY_REQUIRED && !r->answers_200) {
        good_answer(o, r, "201", "Done now");
        good_answer(o, r, "200",
                    "Done before under this key: the same bytes, with Idempotency-Replayed: true");
    } else {
        if (!r->answers_202 || r->answers_200) {
            good_answer(o, r, "200", "Done");
        }
        if (r->answers_202) {
            good_answer(o, r, "202", "Accepted: stored, and worked off later");
        }
    }
    open_object(o, "default");
    reference(o, "responses", "problem");
    json_object_close(o);
    json_object_close(o);
}

/* As the document writes methods: in lower case. */
static const char *method_word(const struct route *r)
{
    static const char *const words_of[][2] = {
        {"GET", "get"}, {"POST", "post"}, {"PATCH", "patch"}, {"DELETE", "delete"}};
    size_t i = 0;
    while (strcmp(words_of[i][0], r->method) != 0) {
        i++;
        assert(i < sizeof(words_of) / sizeof(words_of[0])); /* route_check() at start */
    }
    return words_of[i][1];
}

/* Braces vanish, separators become underscores. */
static void add_word(struct buf *id, char c)
{
    if (isalnum((unsigned char)c)) {
        buf_add_char(id, c);
    } else if (c == '/' || c == '.') {
        buf_add_char(id, '_');
    }
}

/* "get_v1_accounts_id": the method and the words of the path. */
static void operation_id(struct json_out *o, const struct route *r)
{
    struct buf id CLEANUP(buf_free);
    buf_init(&id, 128);
    buf_add_str(&id, method_word(r));
    for (const char *c = r->pattern; *c != '\0'; c++) {
        add_word(&id, *c);
    }
    text(o, "operationId", id.data);
}

/* What a scope is for stands together. */
static void tag(struct json_out *o, const struct route *r)
{
    const char *word = r->access == ACCESS_SCOPE    ? scope_word(r->scope)
                       : r->access == ACCESS_SIGNED ? "webhooks"
                       : r->access == ACCESS_DEMO   ? "demo"
                                                    : "operating";
    json_key(o, "tags");
    json_array_open(o);
    json_str(o, (struct str){word, strcspn(word, ":")});
    json_array_close(o);
}

/* Its secret, or an admin's key. */
static void either_of_demo(struct json_out *o)
{
    json_object_open(o);
    json_key(o, "demo_secret");
    json_array_open(o);
    json_array_close(o);
    json_object_close(o);
    json_object_open(o);
    json_key(o, "api_key");
    json_array_open(o);
    json_cstr(o, scope_word(SCOPE_admin));
    json_array_close(o);
    json_object_close(o);
}

static void operation(struct json_out *o, const struct route *r)
{
    open_object(o, method_word(r));
    operation_id(o, r);
    tag(o, r);
    text(o, "summary", r->summary);
    json_key(o, "security");
    json_array_open(o);
    if (r->access == ACCESS_SCOPE) {
        json_object_open(o);
        json_key(o, "api_key");
        json_array_open(o);
        json_cstr(o, scope_word(r->scope));
        if (r->is_for_staff) {
            json_cstr(o, scope_word(SCOPE_ops));
        }
        json_array_close(o);
        json_object_close(o);
    } else if (r->access == ACCESS_SIGNED) {
        json_object_open(o);
        json_key(o, "webhook_signature");
        json_array_open(o);
        json_array_close(o);
        json_object_close(o);
    } else if (r->access == ACCESS_DEMO) {
        either_of_demo(o);
    }
    json_array_close(o);
    parameters(o, r);
    request_body(o, r);
    answers(o, r);
    json_object_close(o);
}

static bool is_first_of_path(const struct route *routes, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (strcmp(routes[k].pattern, routes[i].pattern) == 0) {
            return false;
        }
    }
    return true;
}

static void paths(struct json_out *o, const struct route *routes, size_t count)
{
    open_object(o, "paths");
    for (size_t i = 0; i < count; i++) {
        if (!is_first_of_path(routes, i)) {
            continue;
        }
        open_object(o, routes[i].pattern);
        for (size_t k = i; k < count; k++) {
            if (strcmp(routes[k].pattern, routes[i].pattern) == 0) {
                operation(o, &routes[k]);
            }
        }
        json_object_close(o);
    }
    json_object_close(o);
}

static void problem_codes(struct json_out *o)
{
    json_key(o, "enum");
    json_array_open(o);
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        if (outcome_http_status((enum outcome)i) >= 400) {
            json_cstr(o, outcome_code((enum outcome)i));
        }
    }
    json_array_close(o);
}

static void problem_response(struct json_out *o)
{
    open_object(o, "responses");
    open_object(o, "problem");
    text(o, "description", "What was wrong, as RFC 9457 says");
    open_object(o, "content");
    open_object(o, "application/problem+json");
    open_object(o, "schema");
    reference(o, "schemas", "problem");
    json_object_close(o);
    json_object_close(o);
    json_object_close(o);
    json_object_close(o);
    json_object_close(o);
}

/* What is between the braces of an object. */
static struct str members(struct str object)
{
    while (object.len > 0 && object.data[object.len - 1] != '}') {
        object.len--;
    }
    assert(object.len >= 2 && object.data[0] == '{');
    return (struct str){object.data + 1, object.len - 2};
}

static void components(struct json_out *o, struct str schemas)
{
    open_object(o, "components");
    open_object(o, "securitySchemes");
    open_object(o, "api_key");
    text(o, "type", "http");
    text(o, "scheme", "bearer");
    text(o, "description", "An API key, sk_... without the word Bearer");
    json_object_close(o);
    open_object(o, "webhook_signature");
    text(o, "type", "apiKey");
    text(o, "in", "header");
    text(o, "name", "webhook-signature");
    text(o, "description", "Standard Webhooks: v1, and HMAC-SHA256 of \"id.timestamp.body\" in base64");
    json_object_close(o);
    open_object(o, "demo_secret");
    text(o, "type", "apiKey");
    text(o, "in", "header");
    text(o, "name", "X-Demo-Secret");
    text(o, "description", "Of a stack in demo mode; elsewhere its routes are 404");
    json_object_close(o);
    json_object_close(o);
    problem_response(o);
    open_object(o, "schemas");
    open_object(o, "problem_code");
    text(o, "type", "string");
    problem_codes(o);
    json_object_close(o);
    json_raw(o, members(schemas));
    json_object_close(o);
    json_object_close(o);
}

void openapi_write(const struct route *routes, size_t count, struct str version, struct str schemas,
                   struct buf *out)
{
    struct json_out o;
    json_out_init(&o, out);
    json_object_open(&o);
    text(&o, "openapi", "3.1.0");
    open_object(&o, "info");
    text(&o, "title", "Paybus");
    json_key(&o, "version");
    json_str(&o, version);
    text(&o, "description",
         "Moves money through a double-entry ledger. Amounts are integers in minor units.");
    json_object_close(&o);
    paths(&o, routes, count);
    components(&o, schemas);
    json_object_close(&o);
}
