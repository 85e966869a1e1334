/* test_answers.c - what every answer carries, whatever it answers, and the routes for people and machines
   that look after the service. */
#include <stdlib.h>
#include <string.h>

#include "e2e_statements.h"
#include "tests/e2e/api.h"
#include "tests/e2e/cast.h"
#include "tests/e2e/scene.h"

#define ROWS(table) (sizeof(table) / sizeof(table)[0])
#define FUNDS       1000
#define TRACE_ID    "4bf92f3577b34da6a3ce929d0e0e4736"
#define SPAN_ID     "00f067aa0ba902b7"

static struct harness h;
static struct api api;

static void request_ids(void **state)
{
    (void)state;
    char first[128];
    (void)api_send(
        &api, &(struct api_request){.path = "/v1/currencies", .headers = {"X-Request-Id: mine.1:a_b-c"}});
    assert_string_equal(api_header(&api, "X-Request-Id"), "mine.1:a_b-c");
    (void)api_send(&api, &(struct api_request){.path = "/v1/nothing", .headers = {"X-Request-Id: mine-2"}});
    assert_string_equal(api_string(&api, "request_id"), "mine-2");
    (void)api_get(&api, "/v1/currencies");
    (void)snprintf(first, sizeof first, "%s", api_header(&api, "X-Request-Id"));
    (void)api_get(&api, "/v1/currencies");
    assert_string_not_equal(api_header(&api, "X-Request-Id"), first);
    static const char *const bad[] = {"X-Request-Id: a b", "X-Request-Id: <script>", "X-Request-Id: a\"b",
                                      "X-Request-Id: caf\xc3\xa9"};
    for (size_t i = 0; i < ROWS(bad); i++) {
        (void)api_send(&api, &(struct api_request){.path = "/v1/currencies", .headers = {bad[i]}});
        assert_int_equal(api.status, 200);
        assert_true(strncmp(api_header(&api, "X-Request-Id"), "req_", 4) == 0); /* one of ours instead */
    }
    static char long_id[200] = "X-Request-Id: ";
    memset(long_id + strlen(long_id), 'a', 129);
    (void)api_send(&api, &(struct api_request){.path = "/v1/currencies", .headers = {long_id}});
    assert_true(strncmp(api_header(&api, "X-Request-Id"), "req_", 4) == 0);
}

/* The trace of the request is that of its event. */
static void traces_go_on(void **state)
{
    (void)state;
    char body[256];
    cast_text("{'from_account':'@alice','to_account':'@bob','amount':1}", body, sizeof body);
    (void)api_send(&api, &(struct api_request){.path = "/v1/transfers",
                                               .key = "traced",
                                               .body = body,
                                               .headers = {"traceparent: 00-" TRACE_ID "-" SPAN_ID "-01"}});
    assert_int_equal(api.status, 201);
    const char *out = api_header(&api, "traceparent");
    if (out != NULL) {
        assert_non_null(strstr(out, TRACE_ID));
        assert_null(strstr(out, SPAN_ID));
    }
    CLEANUP(db_params_free) struct db_params params = {0};
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    struct db *db = harness_database(&h);
    db_params_init(&params, 64);
    db_param_text(&params, STR_LIT(TRACE_ID));
    assert_int_equal(db_query(db, E2E_SQL_COUNT_TRACED, &params, &r), STATUS_OK);
    assert_int_equal(db_get_int(r, 0, 0), 1);
    db_close(db);
}

/* Events of transactions are read from the transactions' own rows: they must say what the client was told. */
static void facts_say_what_answers_say(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{'from_account':'@alice','to_account':'@bob','amount':7}",
        "{'from_account':'@bob','to_account':'@alice','amount':3,'description':'a "
        "\\u00fc','reference':'fact-1',"
        "'metadata':{'b':'2','a':'1'}}",
    };
    struct db *db = harness_database(&h);
    for (size_t i = 0; i < ROWS(bodies); i++) {
        char body[512], key[16];
        (void)snprintf(key, sizeof key, "fact-%zu", i);
        cast_text(bodies[i], body, sizeof body);
        (void)api_send(&api, &(struct api_request){.path = "/v1/transfers", .key = key, .body = body});
        assert_int_equal(api.status, 201);
        CLEANUP(db_params_free) struct db_params params = {0};
        CLEANUP(db_result_ptr) PGresult *r = NULL;
        db_params_init(&params, 4096);
        db_param_text(&params, (struct str){api.body.data, api.body.len});
        assert_int_equal(db_query(db, E2E_SQL_COMPARE_FACT, &params, &r), STATUS_OK);
        assert_int_equal(PQntuples(r), 1);
        for (int column = 0; column < 3; column++)
            assert_true(db_get_bool(r, 0, column));
    }
    db_close(db);
}

/* All members of a problem, from each place that makes one. */
static void problems(void **state)
{
    (void)state;
    static const struct {
        const char *method, *path, *api_key, *body;
        int status;
        const char *code;
    } rows[] = {
        {NULL, "/v1/nothing", NULL, NULL, 404, "not_found"},
        {NULL, "/v1/accounts/x", NULL, NULL, 404, "not_found"},
        {NULL, "/v1/accounts", "", NULL, 401, "unauthorized"},
        {NULL, "/v1/accounts?limit=0", NULL, NULL, 400, "invalid_parameter"},
        {NULL, "/v1/transfers", NULL, "{", 400, "invalid_json"},
        {NULL, "/v1/transfers", NULL, "{}", 400, "missing_field"},
        {"DELETE", "/v1/accounts", NULL, NULL, 405, "method_not_allowed"},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        (void)api_send(&api, &(struct api_request){.method = rows[i].method,
                                                   .path = rows[i].path,
                                                   .api_key = rows[i].api_key,
                                                   .key = "problem",
                                                   .body = rows[i].body});
        api_expect_problem(&api, rows[i].status, rows[i].code, NULL);
        assert_string_equal(api_string(&api, "request_id"), api_header(&api, "X-Request-Id"));
        char type[128];
        (void)snprintf(type, sizeof type, "%s", api_string(&api, "type"));
        assert_int_equal(api_send(&api, &(struct api_request){.path = type, .api_key = ""}), 200);
        assert_string_equal(api_string(&api, "code"), rows[i].code); /* the type leads to what it means */
    }
    (void)api_get(&api, "/problems/nothing");
    api_expect_problem(&api, 404, "not_found", NULL);
}

static void methods(void **state)
{
    (void)state;
    static const struct {
        const char *method, *path, *allow;
    } rows[] = {
        {"PUT", "/v1/currencies", "GET, HEAD"},
        {"DELETE", "/v1/accounts", "POST, GET, HEAD"},
        {"PATCH", "/v1/accounts/@alice", "GET, HEAD"},
        {"DELETE", "/v1/transactions/txn_01h455vb4pex5vsknk084sn02q", "GET, HEAD"},
        {"GET", "/v1/transfers", "POST"},
        {"HEAD", "/v1/deposits", "POST"},
        {"OPTIONS", "/v1/entries", "GET, HEAD"},
        {"GET", "/v1/accounts/@alice/freeze", "POST"},
        {"POST", "/livez", "GET, HEAD"},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        char path[256];
        cast_text(rows[i].path, path, sizeof path);
        (void)api_send(&api, &(struct api_request){.method = rows[i].method, .path = path});
        assert_int_equal(api.status, 405);
        assert_string_equal(api_header(&api, "Allow"), rows[i].allow);
    }
    static const char *const heads[] = {"/v1/currencies", "/v1/accounts/@alice", "/openapi.json", "/livez"};
    for (size_t i = 0; i < ROWS(heads); i++) {
        char path[256];
        cast_text(heads[i], path, sizeof path);
        (void)api_send(&api, &(struct api_request){.method = "HEAD", .path = path});
        assert_int_equal(api.status, 200);
        assert_int_equal(api.body.len, 0);
        assert_true(strtol(api_header(&api, "Content-Length"), NULL, 10) > 0);
    }
}

/* Every reference of the document leads somewhere in it. */
static void check_references(const json_t *node)
{
    const char *key;
    const json_t *child;
    size_t i;
    if (json_is_array(node)) {
        json_array_foreach(node, i, child)
        {
            check_references(child);
        }
        return;
    }
    json_object_foreach((json_t *)(uintptr_t)node, key, child)
    {
        const char *target = strcmp(key, "$ref") == 0 ? json_string_value(child) : NULL;
        if (target != NULL) {
            char place[128];
            (void)snprintf(place, sizeof place, "%s", target + strlen("#/"));
            for (char *c = place; *c != '\0'; c++)
                *c = *c == '/' ? '.' : *c;
            if (api_at(&api, place) == NULL)
                fail_msg("%s leads nowhere", target);
        }
        check_references(child);
    }
}

static void openapi(void **state)
{
    (void)state;
    assert_int_equal(api_send(&api, &(struct api_request){.path = "/openapi.json", .api_key = ""}), 200);
    assert_true(strncmp(api_string(&api, "openapi"), "3.1", 3) == 0);
    assert_non_null(api_at(&api, "info.title"));
    assert_non_null(api_at(&api, "info.version"));
    check_references(api.json);
    const char *pattern, *method;
    json_t *item, *operation;
    json_object_foreach(api_at(&api, "paths"), pattern, item)
    {
        json_object_foreach(item, method, operation)
        {
            assert_non_null(json_object_get(operation, "summary"));
            assert_non_null(json_object_get(operation, "operationId"));
            assert_non_null(json_object_get(operation, "responses"));
        }
    }
    const json_t *codes = api_at(&api, "components.schemas.problem_code.enum");
    assert_true(json_array_size(codes) > 30);
}

/* The page and everything that it loads; large files packed for those who take it so. */
static void docs(void **state)
{
    (void)state;
    static const struct {
        const char *path, *type;
        bool large;
    } rows[] = {{"/docs", "text/html", false},
                {"/docs/docs.js", "text/javascript", false},
                {"/docs/docs.css", "text/css", false},
                {"/docs/swagger-ui-bundle.js", "text/javascript", true},
                {"/docs/swagger-ui.css", "text/css", true},
                {"/docs/swagger-ui-bundle.js.LICENSE.txt", "text/plain", false},
                {"/docs/LICENSE", "text/plain", false},
                {"/docs/NOTICE", "text/plain", false}};
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct api_request r = {.path = rows[i].path, .api_key = ""};
        assert_int_equal(api_send(&api, &r), 200);
        assert_non_null(strstr(api_header(&api, "Content-Type"), rows[i].type));
        assert_null(api_header(&api, "Content-Encoding"));
        size_t plain = api.body.len;
        assert_true(plain > 50 && (plain > 100000) == rows[i].large);
        const char *policy = api_header(&api, "Content-Security-Policy");
        assert_non_null(policy);
        assert_null(strstr(policy, "unsafe"));
        assert_null(strstr(policy, "http"));
        r.headers[0] = "Accept-Encoding: br, gzip";
        assert_int_equal(api_send(&api, &r), 200);
        assert_int_equal(api_header(&api, "Content-Encoding") != NULL, rows[i].large);
        assert_int_equal(api_header(&api, "Vary") != NULL, rows[i].large);
        assert_true(rows[i].large ? api.body.len < plain / 3 : api.body.len == plain);
        r.method = "HEAD";
        assert_int_equal(api_send(&api, &r), 200);
        assert_int_equal(api.body.len, 0);
    }
    assert_int_equal(api_send(&api, &(struct api_request){.path = "/docs/docs.html", .api_key = ""}), 404);
}

static void health(void **state)
{
    (void)state;
    static const char *const paths[] = {"/livez", "/readyz", "/health", "/health/detailed"};
    for (size_t i = 0; i < ROWS(paths); i++) {
        assert_int_equal(api_send(&api, &(struct api_request){.path = paths[i], .api_key = ""}), 200);
        assert_non_null(api.json);
    }
    size_t i;
    const json_t *dependency;
    assert_true(json_array_size(api_at(&api, "dependencies")) >= 2);
    json_array_foreach(api_at(&api, "dependencies"), i, dependency)
    {
        assert_true(json_is_true(json_object_get(dependency, "ok")));
        assert_true(json_is_integer(json_object_get(dependency, "latency_ms")));
    }
}

static void metrics(void **state)
{
    (void)state;
    static const char *const series[] = {
        "# TYPE paybus_http_requests_total counter",
        "paybus_http_requests_total{route=\"/v1/transfers\",method=\"POST\",code=\"201\"} ",
        "paybus_http_request_duration_seconds_bucket{route=\"/v1/transfers\",method=\"POST\",le=\"+Inf\"} ",
        "paybus_http_rejected_total{reason=\"ambiguous_framing\"} ",
        "paybus_http_cut_connections_total{direction=\"read\"} ",
        "paybus_http_in_flight ",
        "paybus_http_threads ",
        "paybus_bus_commands_total{result=\"ok\"} ",
        "paybus_idempotency_replays_total ",
        "paybus_db_pool_in_use ",
        "process_resident_memory_bytes ",
        "process_start_time_seconds ",
    };
    assert_int_equal(api_send(&api, &(struct api_request){.path = "/metrics", .api_key = ""}), 200);
    assert_non_null(strstr(api_header(&api, "Content-Type"), "text/plain; version=0.0.4"));
    for (size_t i = 0; i < ROWS(series); i++)
        if (strstr(api.body.data, series[i]) == NULL)
            fail_msg("no %s in /metrics", series[i]);
    assert_null(strstr(api.body.data, "acct_")); /* no ids as labels */
    assert_null(strstr(api.body.data, "sk_"));
}

static int64_t bytes_of_transfers(const char *what)
{
    char series[128];
    (void)snprintf(series, sizeof series,
                   "paybus_http_%s_body_bytes_total{route=\"/v1/transfers\",method=\"POST\"}", what);
    return program_metric(&h.ingresses[0], series);
}

/* What came and what went, to the byte. */
static void bytes(void **state)
{
    (void)state;
    static const char body[] = "{\"amount\":1}";
    int64_t in = bytes_of_transfers("request"), out = bytes_of_transfers("answer");
    assert_int_equal(
        api_send(&api, &(struct api_request){.path = "/v1/transfers", .key = "bytes", .body = body}), 400);
    assert_int_equal(bytes_of_transfers("request"), in + (int64_t)strlen(body));
    assert_int_equal(bytes_of_transfers("answer"), out + (int64_t)api.body.len);
}

static int64_t summary_count(const char *place)
{
    return json_integer_value(api_at(&api, place));
}

/* A transfer that is made and one that is refused change the figures as they should. */
static void summary(void **state)
{
    (void)state;
    static const struct api_request ask = {.path = "/metrics/summary", .api_key = ""};
    assert_int_equal(api_send(&api, &ask), 200);
    int64_t requests = summary_count("requests.count"), transactions = summary_count("transactions.count");
    assert_int_equal(api_send(&api, &(struct api_request){.path = "/v1/currencies"}), 200);
    assert_int_equal(api_send(&api, &(struct api_request){.method = "POST",
                                                          .path = "/v1/transfers",
                                                          .key = "summary-1",
                                                          .body = "{}"}),
                     400);
    assert_int_equal(api_send(&api, &ask), 200);
    assert_int_equal(summary_count("requests.count"), requests + 2);
    assert_int_equal(summary_count("transactions.count"), transactions + 1);
    static const char *const rates[] = {"requests.success_rate", "requests.refusal_rate",
                                        "requests.failure_rate", "transactions.success_rate",
                                        "transactions.refusal_rate"};
    for (size_t i = 0; i < ROWS(rates); i++) {
        double rate = json_number_value(api_at(&api, rates[i]));
        assert_true(rate >= 0 && rate <= 1);
    }
    assert_true(json_number_value(api_at(&api, "transactions.refusal_rate")) > 0);
    assert_true(json_number_value(api_at(&api, "requests.mean_latency_ms")) > 0);
}

static void books_are_right(void **state)
{
    (void)state;
    assert_int_equal(money_check(&h, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request_ids),
        cmocka_unit_test(traces_go_on),
        cmocka_unit_test(facts_say_what_answers_say),
        cmocka_unit_test(problems),
        cmocka_unit_test(methods),
        cmocka_unit_test(openapi),
        cmocka_unit_test(docs),
        cmocka_unit_test(health),
        cmocka_unit_test(metrics),
        cmocka_unit_test(bytes),
        cmocka_unit_test(summary),
        cmocka_unit_test(books_are_right),
    };
    char ids[2][TYPEID_TEXT_SIZE];
    harness_start(&h, &(struct harness_options){0});
    api_open(&api, &h, 0);
    harness_open_funded(&h, "EUR", FUNDS, 2, ids);
    cast_add("alice", ids[0]);
    cast_add("bob", ids[1]);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&api);
    harness_stop(&h, failed != 0);
    return failed;
}
