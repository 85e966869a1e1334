/* command_body.c - everything wrong with a body is said here. */
#include "ingress/edge/command_body.h"

#include <stdio.h>
#include <string.h>

#include "ingress/domain/ndjson.h"

#define POINTER_SIZE 80

/* Fields of the body that belong elsewhere. */
static bool refuse_misplaced(struct exchange *ex, const struct command_spec *spec, const json_t *data)
{
    struct problem p;
    problem_init(&p, OUTCOME_unknown_field);
    if (json_object_get(data, "idempotency_key") != NULL) {
        problem_add_error(&p, "/idempotency_key", "belongs into the Idempotency-Key header");
    }
    if (spec->path_field != NULL && json_object_get(data, spec->path_field) != NULL) {
        char pointer[POINTER_SIZE];
        snprintf(pointer, sizeof(pointer), "/%s", spec->path_field);
        problem_add_error(&p, pointer, "is named by the path");
    }
    for (size_t i = 0; i < spec->field_count; i++) {
        if (spec->fields[i].made && json_object_get(data, spec->fields[i].name) != NULL) {
            char pointer[POINTER_SIZE];
            snprintf(pointer, sizeof(pointer), "/%s", spec->fields[i].name);
            problem_add_error(&p, pointer, "is not known here");
        }
    }
    if (p.error_count > 0) {
        exchange_problem(ex, &p);
    }
    return p.error_count > 0;
}

/* A route whose body may come by lines has parameters for the fields that then are not in it, and only then.
 */
static bool refuse_parameters(struct exchange *ex, bool has_lines)
{
    struct problem p;
    problem_init(&p, OUTCOME_invalid_parameter);
    for (size_t i = 0; ex->route->lines_of != NULL && i < ex->route->param_count; i++) {
        if (ex->params[i].is_set != has_lines) {
            char pointer[POINTER_SIZE];
            snprintf(pointer, sizeof(pointer), "?%s", ex->route->params[i].name);
            problem_add_error(&p, pointer, "%s",
                              has_lines ? "is required with application/x-ndjson" : "belongs into the body");
        }
    }
    if (p.error_count > 0) {
        exchange_problem(ex, &p);
    }
    return p.error_count > 0;
}

static enum status parse_lines(struct exchange *ex, json_t **ret_data, struct problem *ret_problem)
{
    const struct ndjson_limits limits = {.lines_max = COMMAND_BATCH_MAX, .values_max = COMMAND_ITEM_VALUES};
    json_t *list;
    enum status s = ndjson_read(ex->body, ex->route->lines_of, &limits, &list, ret_problem);
    if (s != STATUS_OK) {
        return s;
    }
    json_t *data CLEANUP(json_decref_ptr) = json_object();
    int failed = json_object_set_new(data, ex->route->lines_of, list);
    for (size_t i = 0; failed == 0 && i < ex->route->param_count; i++) {
        const struct str text = ex->params[i].text;
        failed = json_object_set_new(data, ex->route->params[i].name, json_stringn(text.data, text.len));
    }
    if (failed != 0) {
        problem_init(ret_problem, OUTCOME_busy);
        return STATUS_NO_MEMORY;
    }
    *ret_data = data;
    data = NULL;
    return STATUS_OK;
}

/* The body as an object, not yet held against the spec. */
static bool parse(struct exchange *ex, const struct command_spec *spec, bool has_lines, json_t **ret_data)
{
    struct problem p;
    struct str text = ex->body;
    enum status s = STATUS_OK;
    if (text.len == 0 && ex->route->body_optional) {
        text = STR_LIT("{}");
    } else if (!has_lines) {
        s = http_head_check_json(&ex->head, &p);
    }
    if (s == STATUS_OK && has_lines) {
        s = parse_lines(ex, ret_data, &p);
    } else if (s == STATUS_OK) {
        s = json_parse_object_within(text, command_values_max(spec), ret_data, &p);
    }
    if (s != STATUS_OK) {
        exchange_problem(ex, &p);
    }
    return s == STATUS_OK;
}

/* Held against the spec, with what the path says. */
static bool check(struct exchange *ex, const struct command_spec *spec, bool has_lines, json_t *data)
{
    struct problem p;
    if (spec->path_field != NULL &&
        json_object_set_new(data, spec->path_field, json_stringn(ex->id.data, ex->id.len)) != 0) {
        exchange_refuse(ex, OUTCOME_internal_error, NULL);
        return false;
    }
    if (json_check(data, spec->fields, spec->field_count, &p) == STATUS_OK) {
        return true;
    }
    if (has_lines) {
        problem_detail(&p, "/%s/N is line N + 1.", ex->route->lines_of);
    }
    exchange_problem(ex, &p);
    return false;
}

bool command_body_read(struct exchange *ex, const struct command_spec *spec, json_t **ret_data)
{
    json_t *data CLEANUP(json_decref_ptr) = NULL;
    bool has_lines = ex->route->lines_of != NULL && http_head_is_ndjson(&ex->head);
    if (refuse_parameters(ex, has_lines) || !parse(ex, spec, has_lines, &data) ||
        refuse_misplaced(ex, spec, data) || !check(ex, spec, has_lines, data)) {
        return false;
    }
    *ret_data = data;
    data = NULL;
    return true;
}
