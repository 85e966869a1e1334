/* test_route.c - matching, the table's completeness, and the document made from it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "ingress/domain/openapi.h"
#include "ingress/edge/routes.h"
#include "ingress_pages.h"

static void test_paths_find_their_routes(void **state)
{
    (void)state;
    static const struct {
        const char *method, *path, *pattern; /* pattern NULL: none */
        const char *id;
        bool path_exists;
    } cases[] = {
        {"POST", "/v1/transfers", "/v1/transfers", "", true},
        {"GET", "/v1/accounts/acct_1", "/v1/accounts/{id}", "acct_1", true},
        {"HEAD", "/v1/accounts/acct_1", "/v1/accounts/{id}", "acct_1", true},
        {"GET", "/v1/accounts/acct_1/statement", "/v1/accounts/{id}/statement", "acct_1", true},
        {"POST", "/v1/accounts/acct_1/freeze", "/v1/accounts/{id}/freeze", "acct_1", true},
        {"GET", "/problems/not_found", "/problems/{code}", "not_found", true},
        {"GET", "/v1/transfers", NULL, "", true},
        {"PUT", "/v1/accounts", NULL, "", true},
        {"GET", "/v1/accounts/", NULL, "", false},
        {"GET", "/v1/accounts//balance", NULL, "", false},
        {"GET", "/v1/accounts/a/b/balance", NULL, "", false},
        {"GET", "/v1/accountsx", NULL, "", false},
        {"GET", "/v1", NULL, "", false},
        {"GET", "//livez", NULL, "", false},
        {"GET", "/livez/", NULL, "", false},
        {"GET", "/LIVEZ", NULL, "", false},
        {"GET", "", NULL, "", false},
        {"GET", "/../etc/passwd", NULL, "", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct route_match m =
            route_find(ingress_routes, ingress_route_count, cases[i].method, cases[i].path);
        const char *pattern = m.route != NULL ? m.route->pattern : NULL;
        if ((pattern == NULL) != (cases[i].pattern == NULL) || m.path_exists != cases[i].path_exists ||
            (pattern != NULL && (strcmp(pattern, cases[i].pattern) != 0 || !str_eq_c(m.id, cases[i].id)))) {
            fail_msg("%s %s", cases[i].method, cases[i].path);
        }
    }
}

static void test_allowed_methods(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_free);
    buf_init(&b, 256);
    route_allowed_methods(ingress_routes, ingress_route_count, "/v1/accounts", &b);
    assert_string_equal(b.data, "POST, GET, HEAD");
}

static void test_the_table_is_complete(void **state)
{
    (void)state;
    const struct route *broken = NULL;
    assert_null(route_check(ingress_routes, ingress_route_count, &broken));
}

static void some_handler(struct exchange *ex)
{
    (void)ex;
}

static void test_incomplete_routes_are_named(void **state)
{
    (void)state;
    static const struct route cases[] = {
        {.method = "GET", .pattern = "/a", .handle = some_handler, .summary = "no access"},
        {.method = "GET", .pattern = "/b", .access = ACCESS_PUBLIC, .summary = "no handler"},
        {.method = "GET", .pattern = "/c", .access = ACCESS_PUBLIC, .handle = some_handler},
        {.method = "PUT",
         .pattern = "/p",
         .access = ACCESS_PUBLIC,
         .handle = some_handler,
         .summary = "what?"},
        {.method = "GET",
         .pattern = "/d",
         .access = ACCESS_PUBLIC,
         .handle = some_handler,
         .summary = "a body",
         .body_limit = 1},
        {.method = "POST",
         .pattern = "/e",
         .access = ACCESS_PUBLIC,
         .handle = some_handler,
         .summary = "no command",
         .command = "transfer.destroy"},
        {.method = "GET",
         .pattern = "/f/{id}",
         .access = ACCESS_PUBLIC,
         .handle = some_handler,
         .summary = "which?"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct route *broken = NULL;
        assert_non_null(route_check(&cases[i], 1, &broken));
        assert_ptr_equal(broken, &cases[i]);
    }
}

static void test_money_moves_only_under_a_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < ingress_route_count; i++) {
        const struct route *r = &ingress_routes[i];
        bool is_api = strncmp(r->pattern, "/v1/", 4) == 0;
        assert_int_equal(is_api, r->access != ACCESS_PUBLIC);
        if (strcmp(r->method, "POST") == 0 && r->id_prefix == NULL && r->access == ACCESS_SCOPE &&
            r->command != NULL) {
            assert_int_equal(r->key, KEY_REQUIRED);
        }
    }
}

/* As the document has it. */
static const char *method_word(const struct route *r)
{
    static char word[16];
    size_t i = 0;
    for (; i < sizeof(word) - 1 && r->method[i] != '\0'; i++) {
        word[i] = (char)(r->method[i] | ('a' - 'A'));
    }
    word[i] = '\0';
    return word;
}

static json_t *document(void)
{
    struct buf b CLEANUP(buf_free);
    buf_init(&b, 1 << 20);
    openapi_write(ingress_routes, ingress_route_count, STR_LIT("1.2.3"), page_answers_json, &b);
    assert_int_equal(buf_status(&b), STATUS_OK);
    json_error_t error;
    json_t *root = json_loadb(b.data, b.len, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        fail_msg("%s at %d", error.text, error.position);
    }
    return root;
}

static void test_the_document_lists_every_route(void **state)
{
    (void)state;
    json_t *root = document();
    json_t *paths = json_object_get(root, "paths");
    json_t *schemas = json_object_get(json_object_get(root, "components"), "schemas");
    size_t operations = 0;
    const char *path, *key;
    json_t *item, *value;
    json_object_foreach(paths, path, item)
    {
        operations += json_object_size(item);
    }
    assert_int_equal(operations, ingress_route_count);
    for (size_t i = 0; i < ingress_route_count; i++) {
        const struct route *r = &ingress_routes[i];
        json_t *operation = json_object_get(json_object_get(paths, r->pattern), method_word(r));
        assert_non_null(operation);
        size_t ways = r->access == ACCESS_PUBLIC ? 0 : r->access == ACCESS_DEMO ? 2 : 1;
        assert_int_equal(json_array_size(json_object_get(operation, "security")), ways);
        const char *tag = json_string_value(json_array_get(json_object_get(operation, "tags"), 0));
        assert_non_null(tag);
        assert_int_equal(strcmp(tag, "operating") == 0, r->access == ACCESS_PUBLIC);
        if (r->answer != NULL) {
            assert_non_null(json_object_get(schemas, r->answer));
        }
    }
    json_object_foreach(schemas, key, value)
    {
        assert_true(json_is_object(value));
    }
    json_decref(root);
}

static void test_the_document_says_what_a_body_holds(void **state)
{
    (void)state;
    json_t *root = document();
    json_t *schema = NULL;
    const char *const steps[] = {"paths",   "/v1/transfers",    "post",  "requestBody",
                                 "content", "application/json", "schema"};
    schema = root;
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        schema = json_object_get(schema, steps[i]);
        assert_non_null(schema);
    }
    assert_int_equal(json_array_size(json_object_get(schema, "required")), 3);
    json_t *amount = json_object_get(json_object_get(schema, "properties"), "amount");
    assert_int_equal(json_integer_value(json_object_get(amount, "maximum")), INT64_C(9007199254740991));
    json_decref(root);
}

/* A batch: by lines, too, each with the fields of a transfer; and never 201. */
static void test_the_document_knows_batches(void **state)
{
    (void)state;
    json_t *root = document();
    json_t *paths = json_object_get(root, "paths");
    json_t *single = json_object_get(json_object_get(paths, "/v1/transfers"), "post");
    json_t *batch = json_object_get(json_object_get(paths, "/v1/transfers/batch"), "post");
    json_t *content = json_object_get(json_object_get(batch, "requestBody"), "content");
    json_t *single_content = json_object_get(json_object_get(single, "requestBody"), "content");
    json_t *transfer = json_object_get(json_object_get(single_content, "application/json"), "schema");
    json_t *line = json_object_get(json_object_get(content, "application/x-ndjson"), "schema");
    json_t *body = json_object_get(json_object_get(content, "application/json"), "schema");
    json_t *list = json_object_get(json_object_get(body, "properties"), "transfers");
    assert_true(json_equal(line, transfer));
    assert_true(json_equal(json_object_get(list, "items"), transfer));
    assert_int_equal(json_integer_value(json_object_get(list, "maxItems")), COMMAND_BATCH_MAX);
    assert_null(json_object_get(single_content, "application/x-ndjson"));
    assert_null(json_object_get(json_object_get(batch, "responses"), "201"));
    assert_non_null(json_object_get(json_object_get(batch, "responses"), "200"));
    json_decref(root);
}

static void test_every_example_of_a_body_is_a_good_one(void **state)
{
    (void)state;
    json_t *root = document();
    for (size_t i = 0; i < ingress_route_count; i++) {
        const struct route *r = &ingress_routes[i];
        if (r->command == NULL) {
            continue;
        }
        const struct command_spec *spec = r->body != NULL ? r->body : command_spec_find(str_of(r->command));
        json_t *methods = json_object_get(json_object_get(root, "paths"), r->pattern);
        json_t *operation = json_object_get(methods, method_word(r));
        json_t *content = json_object_get(json_object_get(operation, "requestBody"), "content");
        json_t *example = json_object_get(json_object_get(content, "application/json"), "example");
        if (spec->path_field != NULL) {
            char id[64];
            (void)snprintf(id, sizeof(id), "%s_00000000000000000000000000", r->id_prefix);
            json_object_set_new(example, spec->path_field, json_string(id));
        }
        struct problem p;
        if (json_check(example, spec->fields, spec->field_count, &p) != STATUS_OK) {
            fail_msg("%s: %s", r->pattern, outcome_code(p.outcome));
        }
    }
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths_find_their_routes),
        cmocka_unit_test(test_allowed_methods),
        cmocka_unit_test(test_the_table_is_complete),
        cmocka_unit_test(test_incomplete_routes_are_named),
        cmocka_unit_test(test_money_moves_only_under_a_key),
        cmocka_unit_test(test_the_document_lists_every_route),
        cmocka_unit_test(test_the_document_says_what_a_body_holds),
        cmocka_unit_test(test_the_document_knows_batches),
        cmocka_unit_test(test_every_example_of_a_body_is_a_good_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
