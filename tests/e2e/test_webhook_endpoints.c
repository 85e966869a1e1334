/* test_webhook_endpoints.c - the life of a webhook endpoint over HTTP: addresses that are refused, secrets
   that are shown to their maker and to nobody else, what survives a replay of the key, and that nothing at
   rest tells a secret. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "e2e_statements.h"
#include "tests/e2e/api.h"
#include "tests/e2e/cast.h"
#include "tests/e2e/scene.h"

#define ROWS(rows)  (sizeof(rows) / sizeof((rows)[0]))
#define ALL_OF_THEM 100
#define OF_BOB      "{'url':'http://127.0.0.1:21300/hooks','event_types':['*']}"
#define SECRET_SIZE 64
#define PATIENCE_MS 20000
#define TEXT_SIZE   2048

static struct harness h;
static struct api api;
static struct api_key bob, carol, dora;

static const char *new_key(void)
{
    static char key[HARNESS_KEY_SIZE];
    harness_new_key(key);
    return key;
}

static int send_as(const struct api_key *who, const char *method, const char *path, const char *body)
{
    char text[TEXT_SIZE], full_path[256];
    cast_text(body != NULL ? body : "", text, sizeof text);
    cast_text(path, full_path, sizeof full_path);
    return api_send(&api, &(struct api_request){.method = method,
                                                .path = full_path,
                                                .api_key = who->secret,
                                                .key = strcmp(method, "GET") != 0 ? new_key() : NULL,
                                                .body = body != NULL ? text : NULL});
}

static void make_endpoint(const char *name, char ret_secret[static SECRET_SIZE])
{
    if (send_as(&bob, "POST", "/v1/webhook-endpoints", OF_BOB) != 201)
        fail_msg("no endpoint: %s", api.body.data);
    cast_add(name, api_string(&api, "id"));
    (void)snprintf(ret_secret, SECRET_SIZE, "%s", api_string(&api, "secret"));
}

static void its_life(void **state)
{
    (void)state;
    char secret[SECRET_SIZE];
    make_endpoint("hook", secret);
    assert_int_equal(strncmp(secret, "whsec_", 6), 0);
    assert_int_equal(strlen(secret), 6 + 44);
    assert_string_equal(api_string(&api, "owner"), "bob");
    assert_int_equal(send_as(&bob, "GET", "/v1/webhook-endpoints/@hook", NULL), 200);
    assert_null(api_at(&api, "secret"));
    assert_string_equal(api_string(&api, "status"), "enabled");
    assert_int_equal(send_as(&bob, "PATCH", "/v1/webhook-endpoints/@hook",
                             "{'status':'disabled','event_types':['hold.*'],'description':'mine'}"),
                     200);
    assert_null(api_at(&api, "secret"));
    assert_string_equal(api_string(&api, "status"), "disabled");
    assert_string_equal(api_string(&api, "event_types.0"), "hold.*");
    assert_int_equal(send_as(&bob, "GET", "/v1/webhook-endpoints?status=disabled", NULL), 200);
    assert_int_equal(json_array_size(api_at(&api, "data")), 1);
    assert_int_equal(send_as(&bob, "DELETE", "/v1/webhook-endpoints/@hook", NULL), 200);
    assert_string_equal(api_string(&api, "status"), "deleted");
    assert_int_equal(send_as(&bob, "GET", "/v1/webhook-endpoints/@hook", NULL), 404);
    assert_int_equal(send_as(&bob, "PATCH", "/v1/webhook-endpoints/@hook", "{'status':'enabled'}"), 404);
    assert_int_equal(send_as(&bob, "DELETE", "/v1/webhook-endpoints/@hook", NULL), 404);
    assert_int_equal(send_as(&bob, "GET", "/v1/webhook-endpoints", NULL), 200);
    assert_int_equal(json_array_size(api_at(&api, "data")), 0);
}

static void a_replay_shows_the_same_secret(void **state)
{
    (void)state;
    char body[TEXT_SIZE], key[HARNESS_KEY_SIZE];
    harness_new_key(key);
    cast_text(OF_BOB, body, sizeof body);
    const struct api_request r = {
        .path = "/v1/webhook-endpoints", .api_key = bob.secret, .key = key, .body = body};
    assert_int_equal(api_send(&api, &r), 201);
    char *first = strndup(api.body.data, api.body.len);
    assert_non_null(strstr(first, "whsec_"));
    assert_int_equal(api_send(&api, &r), 200);
    assert_string_equal(api_header(&api, "Idempotency-Replayed"), "true");
    assert_string_equal(api.body.data, first);
    free(first);
}

static void change_key(int number)
{
    char path[SERVERS_PATH_SIZE + 32];
    (void)snprintf(path, sizeof path, "%s/secrets.key", h.directory);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    (void)fprintf(f, "%064x\n", number);
    (void)fclose(f);
    (void)program_stop(&h.ingresses[0], SIGTERM, PATIENCE_MS);
    program_start(&h.ingresses[0]);
    assert_true(program_wait_ready(&h.ingresses[0], PATIENCE_MS));
}

/* What is sealed is nobody's business: without its key the answer waits. */
static void what_cannot_be_opened_is_not_shown(void **state)
{
    (void)state;
    char body[TEXT_SIZE], key[HARNESS_KEY_SIZE], secret[SECRET_SIZE];
    harness_new_key(key);
    cast_text(OF_BOB, body, sizeof body);
    const struct api_request r = {
        .path = "/v1/webhook-endpoints", .api_key = bob.secret, .key = key, .body = body, .fresh = true};
    assert_int_equal(api_send(&api, &r), 201);
    (void)snprintf(secret, sizeof secret, "%s", api_string(&api, "secret"));
    change_key(0xbad);
    assert_int_equal(api_send(&api, &r), 503);
    api_expect_problem(&api, 503, "unavailable", NULL);
    assert_null(api_at(&api, "secret"));
    change_key(HARNESS_SECRETS_KEY);
    assert_int_equal(api_send(&api, &r), 200);
    assert_string_equal(api_string(&api, "secret"), secret);
}

static void rotation(void **state)
{
    (void)state;
    char first[SECRET_SIZE], second[SECRET_SIZE];
    make_endpoint("rotated", first);
    assert_int_equal(send_as(&bob, "POST", "/v1/webhook-endpoints/@rotated/rotate-secret", NULL), 201);
    (void)snprintf(second, sizeof second, "%s", api_string(&api, "secret"));
    assert_string_not_equal(first, second);
    assert_non_null(api_string(&api, "previous_secret_until"));
    assert_int_equal(send_as(&carol, "POST", "/v1/webhook-endpoints/@rotated/rotate-secret", NULL), 404);
}

/* Neither rows, stored answers nor facts have it; the log does not either. */
static void no_secret_at_rest(void **state)
{
    (void)state;
    char secret[SECRET_SIZE];
    make_endpoint("sealed", secret);
    assert_int_equal(send_as(&bob, "POST", "/v1/webhook-endpoints/@sealed/rotate-secret", NULL), 201);
    assert_int_equal(harness_number(&h, E2E_SQL_COUNT_PLAIN_SECRETS), 0);
    assert_int_equal(harness_number(&h, E2E_SQL_COUNT_SEALED_SECRETS_IN_FACTS), 0);
    assert_false(program_logged(&h.ingresses[0], "whsec_"));
    assert_false(program_logged(&h.ledgers[0], "whsec_"));
}

static void what_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        int status;
        const char *code, *pointer;
    } cases[] = {
        {"{'url':'http://10.0.0.1:21300/','event_types':['*']}", 422, "invalid_value", "/url"},
        {"{'url':'https://169.254.169.254/','event_types':['*']}", 422, "invalid_value", "/url"},
        {"{'url':'http://127.1:21300/','event_types':['*']}", 422, "invalid_value", "/url"},
        {"{'url':'http://127.0.0.1:22/','event_types':['*']}", 422, "invalid_value", "/url"},
        {"{'url':'ftp://127.0.0.1:21300/','event_types':['*']}", 422, "invalid_value", "/url"},
        {"{'url':'http://127.0.0.1:21300/','event_types':['hold.made']}", 422, "invalid_value",
         "/event_types/0"},
        {"{'url':'http://127.0.0.1:21300/','event_types':[]}", 422, "invalid_value", "/event_types"},
        {"{'url':'http://127.0.0.1:21300/','event_types':['*',1]}", 400, "wrong_type", "/event_types/1"},
        {"{'url':'http://127.0.0.1:21300/','event_types':'*'}", 400, "wrong_type", "/event_types"},
        {"{'url':1,'event_types':['*']}", 400, "wrong_type", "/url"},
        {"{'event_types':['*']}", 400, "missing_field", "/url"},
        {"{'url':'http://127.0.0.1:21300/','event_types':['*'],'secret':'mine'}", 400, "unknown_field",
         "/secret"},
        {"{'url':'http://127.0.0.1:21300/','event_types':['*'],'id':'we_00000000000000000000000001'}", 400,
         "unknown_field", "/id"},
        {"{'url':'http://127.0.0.1:21300/','event_types':['*'],'url_refusal':'x'}", 400, "unknown_field",
         "/url_refusal"},
        {"{'url':'http://127.0.0.1:21300/','event_types':['*'],'owner':'carol'}", 403, "forbidden", "/owner"},
    };
    for (size_t i = 0; i < ROWS(cases); i++) {
        print_message("  %s\n", cases[i].body);
        (void)send_as(&bob, "POST", "/v1/webhook-endpoints", cases[i].body);
        api_expect_problem(&api, cases[i].status, cases[i].code, cases[i].pointer);
    }
}

/* Who has no address yet may get one before something is sent there; what a name leads to is
 * test_name_check's. */
static void names_without_an_address_are_taken(void **state)
{
    (void)state;
    const char *body = "{'url':'https://nobody-has-this-name.example/','event_types':['hold.*']}";
    assert_int_equal(send_as(&bob, "POST", "/v1/webhook-endpoints", body), 201);
    cast_add("named", api_string(&api, "id"));
    assert_int_equal(
        send_as(&bob, "PATCH", "/v1/webhook-endpoints/@named", "{'url':'https://this-one-neither.example/'}"),
        200);
    (void)send_as(&bob, "PATCH", "/v1/webhook-endpoints/@named", "{'url':'https://printer.internal/'}");
    api_expect_problem(&api, 422, "invalid_value", "/url");
    (void)send_as(&bob, "PATCH", "/v1/webhook-endpoints/@named", "{'url':'https://[fc00::1]/'}");
    api_expect_problem(&api, 422, "invalid_value", "/url");
}

/* Also when all come at once; a deleted one makes room. */
static void as_many_as_there_may_be(void **state)
{
    (void)state;
    int status = 201;
    for (int i = 0; i <= ALL_OF_THEM && status == 201; i++) {
        status = send_as(&carol, "POST", "/v1/webhook-endpoints", OF_BOB);
        if (i == 0)
            cast_add("carols_first", api_string(&api, "id"));
        assert_true(i < ALL_OF_THEM || status == 409);
    }
    api_expect_problem(&api, 409, "too_many_webhook_endpoints", NULL);
    assert_int_equal(send_as(&carol, "DELETE", "/v1/webhook-endpoints/@carols_first", NULL), 200);
    assert_int_equal(send_as(&carol, "POST", "/v1/webhook-endpoints", OF_BOB), 201);
    assert_int_equal(send_as(&carol, "GET", "/v1/webhook-endpoints?limit=60", NULL), 200);
    assert_int_equal(json_array_size(api_at(&api, "data")), 60);
    char path[256];
    (void)snprintf(path, sizeof path, "/v1/webhook-endpoints?limit=60&cursor=%s",
                   api_string(&api, "next_cursor"));
    assert_int_equal(send_as(&carol, "GET", path, NULL), 200);
    assert_int_equal(json_array_size(api_at(&api, "data")), 40);
}

/* However many of them were deleted; those of the day before are forgotten. */
static void as_many_as_a_day_may_bring(void **state)
{
    (void)state;
    harness_do(&h, (const int[]){E2E_SQL_PLANT_DELETED_ENDPOINTS}, 1);
    assert_int_equal(send_as(&dora, "POST", "/v1/webhook-endpoints", OF_BOB), 201);
    (void)send_as(&dora, "POST", "/v1/webhook-endpoints", OF_BOB);
    api_expect_problem(&api, 409, "too_many_new_webhook_endpoints", NULL);
    assert_int_equal(send_as(&bob, "POST", "/v1/webhook-endpoints", OF_BOB), 201);
}

/* The facts say who did what. */
static void facts_are_written(void **state)
{
    (void)state;
    static const char *const wanted[] = {"webhook_endpoint.deleted", "webhook_endpoint.secret_rotated",
                                         "webhook_endpoint.updated", "webhook_endpoint.created"};
    char secret[SECRET_SIZE];
    make_endpoint("told", secret);
    (void)send_as(&bob, "PATCH", "/v1/webhook-endpoints/@told", "{'description':'new'}");
    (void)send_as(&bob, "POST", "/v1/webhook-endpoints/@told/rotate-secret", NULL);
    (void)send_as(&bob, "DELETE", "/v1/webhook-endpoints/@told", NULL);
    (void)api_get(&api, "/v1/audit?object=@told");
    for (size_t i = 0; i < ROWS(wanted); i++) {
        char place[64];
        (void)snprintf(place, sizeof place, "data.%zu.type", i);
        assert_string_equal(api_string(&api, place), wanted[i]);
        (void)snprintf(place, sizeof place, "data.%zu.actor", i);
        assert_string_equal(api_string(&api, place), bob.id);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_life),
        cmocka_unit_test(a_replay_shows_the_same_secret),
        cmocka_unit_test(what_cannot_be_opened_is_not_shown),
        cmocka_unit_test(rotation),
        cmocka_unit_test(no_secret_at_rest),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(names_without_an_address_are_taken),
        cmocka_unit_test(as_many_as_there_may_be),
        cmocka_unit_test(as_many_as_a_day_may_bring),
        cmocka_unit_test(facts_are_written),
    };
    harness_start(&h, &(struct harness_options){0});
    api_open(&api, &h, 0);
    api_key_make(&h, "bob", "webhooks:read,webhooks:write", &bob);
    api_key_make(&h, "carol", "webhooks:read,webhooks:write", &carol);
    api_key_make(&h, "dora", "webhooks:read,webhooks:write", &dora);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&api);
    harness_stop(&h, failed != 0);
    return failed;
}
