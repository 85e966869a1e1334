/* test_webhooks_in.c - what providers send: every way in which a delivery can be forged, altered, late or
   repeated, and that an event is accepted once, for ever, whatever dies in between. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "e2e_statements.h"
#include "shared/core/clock.h"
#include "shared/core/webhook_signature.h"
#include "tests/e2e/books.h"
#include "tests/e2e/cast.h"
#include "tests/e2e/scene.h"
#include "tests/e2e/webhook.h"

#define COPIES  50
#define STOP_MS 15000
#define LARGEST (256 * 1024)
#define EVENT   "{'event_id':'%s','event_type':'payment.succeeded','payload':{'payment':'po_1','amount':1250}}"
#define BODY    "{'event_id':'evt_table','event_type':'payment.succeeded','payload':{'a':1}}"
#define ALTERED "{'event_id':'evt_table','event_type':'payment.succeeded','payload':{'a':2}}"
#define SPACED  "{ 'event_id':'evt_table','event_type':'payment.succeeded','payload':{'a':1}}"
#define FOREIGN "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
#define NINE                                                                                                 \
    FOREIGN " " FOREIGN " " FOREIGN " " FOREIGN " " FOREIGN " " FOREIGN " " FOREIGN " " FOREIGN " " FOREIGN

static struct harness h;
static struct api one, two; /* of one ingress each */
static struct db *db;

static int64_t count_events(void)
{
    return harness_number(&h, E2E_SQL_COUNT_WEBHOOK_EVENTS);
}

static void expect_accepted(struct api *api, const char *event_id, bool is_duplicate)
{
    if (api->status != 202)
        fail_msg("wanted 202, got %d: %s", api->status, api->body.data);
    assert_string_equal(api_string(api, "event_id"), event_id);
    assert_int_equal(json_is_true(api_at(api, "duplicate")), is_duplicate);
    assert_int_equal(api_header(api, "Idempotency-Replayed") != NULL, is_duplicate);
}

/* J01 to J11, J17 to J23 of the catalogue of inputs; each accepted one is a duplicate of the first. */
static const struct row {
    const char *name;
    struct webhook_delivery delivery;
    const char *code; /* NULL: accepted */
} rows[] = {
    {"as it should be", {.body = BODY}, NULL},
    {"J01 no signature", {.body = BODY, .sent_signature = ""}, "webhook_headers_missing"},
    {"no id", {.body = BODY, .sent_id = ""}, "webhook_headers_missing"},
    {"J02 a blank signature", {.body = BODY, .sent_signature = "v1,"}, "webhook_signature_invalid"},
    {"J03 wrong secret", {.body = BODY, .secret = WEBHOOK_OTHER_SECRET}, "webhook_signature_mismatch"},
    {"J04 one bit", {.body = BODY, .sent_body = ALTERED}, "webhook_signature_mismatch"},
    {"J05 another space", {.body = BODY, .sent_body = SPACED}, "webhook_signature_mismatch"},
    {"J06 no timestamp", {.body = BODY, .sent_timestamp = ""}, "webhook_headers_missing"},
    {"J07 another timestamp",
     {.body = BODY, .late_s = 100, .sent_timestamp = "now"},
     "webhook_signature_mismatch"},
    {"J14 10 minutes late", {.body = BODY, .late_s = 600}, "webhook_timestamp_too_far"},
    {"J08 302 s late", {.body = BODY, .late_s = 302}, "webhook_timestamp_too_far"},
    {"J09 305 s early", {.body = BODY, .late_s = -305}, "webhook_timestamp_too_far"},
    {"J10 295 s late", {.body = BODY, .late_s = 295}, NULL},
    {"295 s early", {.body = BODY, .late_s = -295}, NULL},
    {"J11 not a number", {.body = BODY, .sent_timestamp = "soon"}, "webhook_timestamp_invalid"},
    {"J11 negative", {.body = BODY, .sent_timestamp = "-1"}, "webhook_timestamp_invalid"},
    {"J11 2^63", {.body = BODY, .sent_timestamp = "9223372036854775808"}, "webhook_timestamp_invalid"},
    {"J17 second of two", {.body = BODY, .sent_signature = FOREIGN " %s"}, NULL},
    {"J17 by the next secret", {.body = BODY, .secret = WEBHOOK_NEXT_SECRET}, NULL},
    {"J19 v0", {.body = BODY, .sent_signature = "v0%s"}, "webhook_signature_invalid"},
    {"J20 hex",
     {.body = BODY, .sent_signature = "v1,8348ccf52b04f8e4cf2531adfed9882ad4b2665137b852442d594d20e2c9d4e1"},
     "webhook_signature_invalid"},
    {"tenth of ten", {.body = BODY, .sent_signature = NINE " %s"}, NULL},
    {"J21 eleventh", {.body = BODY, .sent_signature = NINE " " FOREIGN " %s"}, "webhook_signature_invalid"},
    {"J22 id with a dot", {.body = BODY, .id = "msg_1", .sent_id = "msg.1"}, "webhook_id_invalid"},
    {"another id", {.body = BODY, .sent_id = "msg_2"}, "webhook_signature_mismatch"},
    {"J23 bank's secret", {.body = BODY, .secret = WEBHOOK_BANK_SECRET}, "webhook_signature_mismatch"},
};

static int deliver(struct api *api, const struct row *r)
{
    struct webhook_delivery d = r->delivery;
    char now[32];
    (void)snprintf(now, sizeof now, "%lld", (long long)time(NULL));
    if (d.sent_timestamp != NULL && strcmp(d.sent_timestamp, "now") == 0)
        d.sent_timestamp = now;
    return webhook_deliver(api, &d);
}

static void signatures(void **state)
{
    (void)state;
    int64_t before = count_events();
    bool is_known = false;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        print_message("delivery: %s\n", rows[i].name);
        (void)deliver(&one, &rows[i]);
        if (rows[i].code == NULL) {
            expect_accepted(&one, "evt_table", is_known);
            is_known = true;
            continue;
        }
        api_expect_problem(&one, 401, rows[i].code, NULL);
        assert_non_null(strstr(api_header(&one, "WWW-Authenticate"), "Webhook-Signature"));
    }
    assert_int_equal(count_events(), before + 1);
}

/* A header that comes twice could mean two things. */
static void headers_twice(void **state)
{
    (void)state;
    static const char *const names[] = {"webhook-id: msg_1", "webhook-timestamp: 1",
                                        "webhook-signature: v1,x"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)api_send(&one, &(struct api_request){.path = "/v1/webhooks/gateway",
                                                   .api_key = "",
                                                   .body = "{}",
                                                   .headers = {names[0], names[1], names[2], names[i]}});
        api_expect_problem(&one, 401, "webhook_headers_missing", NULL);
    }
}

/* Everything wrong with a request is looked for in one order. */
static void order_of_refusals(void **state)
{
    (void)state;
    static char large[300 * 1024];
    memset(large, ' ', sizeof large - 1);
    struct api_request r = {.path = "/v1/webhooks/nobody", .api_key = "", .body = "{}"};
    (void)api_send(&one, &r);
    api_expect_problem(&one, 404, "not_found", NULL);
    r.path = "/v1/webhooks/gateway";
    r.method = "GET";
    (void)api_send(&one, &r);
    api_expect_problem(&one, 405, "method_not_allowed", NULL);
    r.method = NULL;
    r.body = large;
    (void)api_send(&one, &r);
    api_expect_problem(&one, 413, "payload_too_large", NULL);
    r.body = "{}";
    r.headers[0] = "Content-Type: text/plain";
    (void)api_send(&one, &r);
    api_expect_problem(&one, 415, "unsupported_media_type", NULL);
    r.headers[0] = NULL;
    (void)api_send(&one, &r);
    api_expect_problem(&one, 401, "webhook_headers_missing", NULL);
    (void)webhook_deliver(&one,
                          &(struct webhook_delivery){.body = "{'event_id':", .secret = WEBHOOK_OTHER_SECRET});
    api_expect_problem(&one, 401, "webhook_signature_mismatch", NULL);
    (void)webhook_send(&one, "{'event_id':");
    api_expect_problem(&one, 400, "invalid_json", NULL);
}

static void bodies(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        int status;
        const char *code, *pointer;
    } cases[] = {
        {"[]", 400, "invalid_json", NULL},
        {"{}", 400, "missing_field", "/event_id"},
        {"{'event_id':'e','event_type':'t'}", 400, "missing_field", "/payload"},
        {"{'event_id':'e','event_type':'t','payload':{},'more':1}", 400, "unknown_field", "/more"},
        {"{'event_id':'e','event_id':'f','event_type':'t','payload':{}}", 400, "duplicate_field",
         "/event_id"},
        {"{'event_id':'e','event_type':'t','payload':{'a':1,'a':1}}", 400, "duplicate_field", "/payload/a"},
        {"{'event_id':'e','event_type':'t','payload':'x'}", 400, "wrong_type", "/payload"},
        {"{'event_id':1,'event_type':'t','payload':{}}", 400, "wrong_type", "/event_id"},
        {"{'event_id':'','event_type':'t','payload':{}}", 422, "invalid_value", "/event_id"},
        {"{'event_id':'e','event_type':'','payload':{}}", 422, "invalid_value", "/event_type"},
        {"{'event_id':'e','event_type':'t','payload':{},'occurred_at':'today'}", 422, "invalid_value",
         "/occurred_at"},
        {"{'event_id':'e','event_type':'t','payload':{'a':'\\u0000'}}", 400, "invalid_json", NULL},
    };
    int64_t before = count_events();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print_message("body: %s\n", cases[i].body);
        (void)webhook_send(&one, "%s", cases[i].body);
        api_expect_problem(&one, cases[i].status, cases[i].code, cases[i].pointer);
    }
    assert_int_equal(count_events(), before);
}

/* A signed request of any size; the body is sent as it is. */
static void send_large(const char *event_id, const char *letter, size_t size)
{
    static char body[LARGEST + 2], headers[3][256];
    char signature[WEBHOOK_SIGNATURE_SIZE];
    struct webhook_secret secret;
    int64_t now_s = clock_unix_us() / 1000000;
    size_t len = (size_t)snprintf(
        body, sizeof body, "{\"event_id\":\"%s\",\"event_type\":\"t\",\"payload\":{\"a\":\"", event_id);
    while (len + strlen(letter) + strlen("\"}}") <= size)
        len += (size_t)snprintf(body + len, sizeof body - len, "%s", letter);
    len += (size_t)snprintf(body + len, sizeof body - len, "\"}}");
    for (; len < size; len++)
        body[len] = ' ';
    assert_int_equal(webhook_secret_parse(STR_LIT(WEBHOOK_SECRET), &secret), STATUS_OK);
    webhook_sign(&secret, STR_LIT("msg_1"), now_s, (struct str){body, len}, signature);
    (void)snprintf(headers[0], sizeof headers[0], "webhook-id: msg_1");
    (void)snprintf(headers[1], sizeof headers[1], "webhook-timestamp: %lld", (long long)now_s);
    (void)snprintf(headers[2], sizeof headers[2], "webhook-signature: %s", signature);
    (void)api_send(&one, &(struct api_request){.path = "/v1/webhooks/gateway",
                                               .api_key = "",
                                               .body = body,
                                               .body_len = len,
                                               .headers = {headers[0], headers[1], headers[2]}});
}

/* A byte that is six in JSON, and seven in the command, is still one event; so is the largest body. */
static void large_bodies(void **state)
{
    (void)state;
    send_large("evt_large", "x", LARGEST);
    expect_accepted(&one, "evt_large", false);
    send_large("evt_large", "x", LARGEST);
    expect_accepted(&one, "evt_large", true);
    send_large("evt_escaped", "\\u0001", LARGEST);
    expect_accepted(&one, "evt_escaped", false);
    send_large("evt_quotes", "\\\"", LARGEST);
    expect_accepted(&one, "evt_quotes", false);
    send_large("evt_too_large", "x", LARGEST + 1);
    api_expect_problem(&one, 413, "payload_too_large", NULL);
}

static struct str stored(PGresult *r, int column)
{
    return db_get_str(r, 0, column);
}

static PGresult *find_event(const char *event_id)
{
    struct db_params p;
    PGresult *r = NULL;
    db_params_init(&p, 1024);
    db_param_text(&p, str_of(event_id));
    assert_int_equal(db_query(db, E2E_SQL_FIND_WEBHOOK_EVENT, &p, &r), STATUS_OK);
    db_params_free(&p);
    assert_int_equal(PQntuples(r), 1);
    return r;
}

/* J24: a type that nobody knows, with everything that an event can have; its payload letter by letter. */
static void what_is_stored(void **state)
{
    (void)state;
    (void)webhook_send(
        &one,
        "{'event_id':'\xf0\x9f\x92\xb6 #1/2','event_type':'moon/full','occurred_at':"
        "'2026-11-20T23:30:00+01:00','payload':{'z': [18446744073709551615,{'y':0.10}],'a':'\\u00e9'}}");
    expect_accepted(&one, "\xf0\x9f\x92\xb6 #1/2", false);
    assert_string_equal(api_string(&one, "status"), "received");
    assert_memory_equal(api_string(&one, "id"), "whe_", 4);
    CLEANUP(db_result_ptr) PGresult *r = find_event("\xf0\x9f\x92\xb6 #1/2");
    assert_true(str_eq_c(stored(r, 0), "moon/full"));
    assert_true(str_eq_c(stored(r, 1), "{\"z\": [18446744073709551615,{\"y\":0.10}],\"a\":\"\\u00e9\"}"));
    assert_int_equal(db_get_time(r, 0, 2), INT64_C(1795213800000000));
    assert_false(db_is_null(r, 0, 3));
    assert_true(str_eq_c(stored(r, 4), "received"));
    assert_int_equal(db_get_int(r, 0, 5), 1);
    assert_int_equal(db_get_int(r, 0, 6), 0);
}

/* J12: the same event, written in another way, signed at another time under another id, by any instance. */
static void duplicates(void **state)
{
    (void)state;
    struct books before, after;
    (void)webhook_send(&one, EVENT, "evt_twice");
    expect_accepted(&one, "evt_twice", false);
    char id[TYPEID_TEXT_SIZE];
    (void)snprintf(id, sizeof id, "%s", api_string(&one, "id"));
    int64_t events = count_events();
    books_read(db, &before);
    static const char *const twins[] = {
        "{'payload':{'amount':1250,'payment':'po_1'},'event_type':'payment.succeeded','event_id':'evt_twice'"
        "}",
        " {'event_id' : 'evt_twice', "
        "'event_type':'payment.succee\\u0064ed',\n'payload':{'payment':'po_1','amount':1250}}",
    };
    for (size_t i = 0; i < 2; i++) {
        (void)webhook_deliver(i == 0 ? &one : &two,
                              &(struct webhook_delivery){.body = twins[i], .id = "msg_9", .late_s = 60});
        expect_accepted(i == 0 ? &one : &two, "evt_twice", true);
        assert_string_equal(api_string(i == 0 ? &one : &two, "id"), id);
    }
    harness_do(&h, (const int[]){E2E_SQL_PROCESS_WORK}, 1);
    (void)webhook_send(&one, EVENT, "evt_twice");
    expect_accepted(&one, "evt_twice", true);
    assert_string_equal(api_string(&one, "status"), "processed");
    assert_string_equal(api_string(&one, "id"), id);
    books_read(db, &after);
    assert_true(books_same(&before, &after, 0)); /* not even a stored answer */
    assert_int_equal(count_events(), events);
}

/* J13 */
static void other_content(void **state)
{
    (void)state;
    static const char *const others[] = {
        "{'event_id':'evt_other','event_type':'paid','payload':{'a':2}}",
        "{'event_id':'evt_other','event_type':'failed','payload':{'a':1}}",
        "{'event_id':'evt_other','event_type':'paid','payload':{},'occurred_at':'2026-11-20T00:00:00Z'}",
        "{'event_id':'evt_other','event_type':'paid','payload':{'a':1,'b':null}}",
        "{'event_id':'evt_other','event_type':'paid','payload':{}}",
    };
    (void)webhook_send(&one, "{'event_id':'evt_other','event_type':'paid','payload':{'a':1}}");
    expect_accepted(&one, "evt_other", false);
    int64_t before = count_events();
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        (void)webhook_send(&two, "%s", others[i]);
        api_expect_problem(&two, 409, "webhook_event_id_reused", "/event_id");
    }
    assert_int_equal(count_events(), before);
    /* Another provider's ids are its own. */
    (void)webhook_deliver(&one, &(struct webhook_delivery){
                                    .provider = "bank", .secret = WEBHOOK_BANK_SECRET, .body = others[0]});
    expect_accepted(&one, "evt_other", false);
}

struct copy {
    pthread_t thread;
    struct api api;
    pthread_barrier_t *together;
};

static void *send_copy(void *context)
{
    struct copy *c = context;
    (void)pthread_barrier_wait(c->together);
    (void)webhook_send(&c->api, EVENT, "evt_copies");
    return NULL;
}

/* J16: through two ingress, worked off by two ledger-svc. */
static void copies_at_once(void **state)
{
    (void)state;
    static struct copy copies[COPIES];
    pthread_barrier_t together;
    int64_t before = count_events();
    int fresh = 0;
    assert_int_equal(pthread_barrier_init(&together, NULL, COPIES), 0);
    for (int i = 0; i < COPIES; i++) {
        copies[i].together = &together;
        api_open(&copies[i].api, &h, i % 2);
        assert_int_equal(pthread_create(&copies[i].thread, NULL, send_copy, &copies[i]), 0);
    }
    for (int i = 0; i < COPIES; i++)
        (void)pthread_join(copies[i].thread, NULL);
    for (int i = 0; i < COPIES; i++) {
        struct api *api = &copies[i].api;
        assert_int_equal(api->status, 202);
        assert_string_equal(api_string(api, "id"), api_string(&copies[0].api, "id"));
        fresh += json_is_false(api_at(api, "duplicate"));
    }
    for (int i = 0; i < COPIES; i++)
        api_close(&copies[i].api);
    (void)pthread_barrier_destroy(&together);
    assert_int_equal(fresh, 1);
    assert_int_equal(count_events(), before + 1);
}

/* J15: nothing but the database remembers. */
static void over_a_restart(void **state)
{
    (void)state;
    (void)webhook_send(&one, EVENT, "evt_restart");
    expect_accepted(&one, "evt_restart", false);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(program_stop(&h.ingresses[i], SIGTERM, STOP_MS), 0);
        assert_int_equal(program_stop(&h.ledgers[i], SIGTERM, STOP_MS), 0);
    }
    servers_nats_stop(&h.nats);
    servers_nats_start(&h.nats);
    for (int i = 0; i < 2; i++) {
        program_start(&h.ledgers[i]);
        program_start(&h.ingresses[i]);
    }
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
    (void)webhook_send(&one, EVENT, "evt_restart");
    expect_accepted(&one, "evt_restart", true);
}

/* No window ends: it is the same event for ever. */
static void a_year_later(void **state)
{
    (void)state;
    (void)webhook_send(&one, EVENT, "evt_old");
    expect_accepted(&one, "evt_old", false);
    int64_t before = count_events();
    assert_int_equal(db_exec(db, "set session_replication_role = replica"), STATUS_OK);
    assert_int_equal(
        db_exec(db, "update paybus.webhook_events set created_at = created_at - interval '1 year'"),
        STATUS_OK);
    assert_int_equal(db_exec(db, "set session_replication_role = origin"), STATUS_OK);
    (void)webhook_send(&two, EVENT, "evt_old");
    expect_accepted(&two, "evt_old", true);
    (void)webhook_send(&two, "{'event_id':'evt_old','event_type':'another','payload':{}}");
    api_expect_problem(&two, 409, "webhook_event_id_reused", "/event_id");
    assert_int_equal(count_events(), before);
}

/* The only ledger-svc dies around COMMIT; ingress asks its successor. Before COMMIT nothing was there; after
   it the successor finds the command's own event, which is no duplicate. */
static void killed_around_commit(void **state)
{
    (void)state;
    static const char *const points[] = {"ledger.received:1", "ledger.before_commit:1",
                                         "ledger.after_commit:1"};
    if (!PAYBUS_CRASH_POINTS)
        skip();
    assert_int_equal(program_stop(&h.ledgers[1], SIGTERM, STOP_MS), 0);
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        char event_id[32];
        (void)snprintf(event_id, sizeof event_id, "evt_killed_%zu", i);
        assert_int_equal(program_stop(&h.ledgers[0], SIGTERM, STOP_MS), 0);
        program_set(&h.ledgers[0], "PAYBUS_CRASH_POINT", "%s", points[i]);
        program_start(&h.ledgers[0]);
        assert_true(program_wait_ready(&h.ledgers[0], HARNESS_READY_MS));
        program_set(&h.ledgers[0], "PAYBUS_CRASH_POINT", "%s", "");
        program_keep(&h.ledgers[0], true);
        int ends = program_ends(&h.ledgers[0]);
        (void)webhook_send(&one, EVENT, event_id);
        expect_accepted(&one, event_id, false);
        assert_int_equal(program_ends(&h.ledgers[0]), ends + 1);
        program_keep(&h.ledgers[0], false);
        (void)webhook_send(&one, EVENT, event_id);
        expect_accepted(&one, event_id, true);
    }
    program_start(&h.ledgers[1]);
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
}

static int64_t metric_of(struct api *api, const char *series)
{
    (void)api_send(api, &(struct api_request){.path = "/metrics", .api_key = ""});
    const char *line = strstr(api->body.data, series);
    assert_non_null(line);
    return strtoll(line + strlen(series), NULL, 10);
}

/* J18: the old secret is over with the next start; and what was counted until then. */
static void secrets_change(void **state)
{
    (void)state;
    assert_true(metric_of(&one, "paybus_webhook_received_total{provider=\"gateway\",result=\"accepted\"} ") >
                0);
    (void)webhook_send(&one, EVENT, "evt_counted");
    (void)webhook_send(&one, EVENT, "evt_counted");
    assert_true(metric_of(&one, "paybus_webhook_received_total{provider=\"gateway\",result=\"duplicate\"} ") >
                0);
    assert_int_equal(metric_of(&one, "paybus_webhook_received_total{provider=\"bank\",result=\"reused\"} "),
                     0);
    harness_write_webhook_secrets(&h, "# changed\n\ngateway " WEBHOOK_NEXT_SECRET "\n");
    assert_int_equal(program_stop(&h.ingresses[0], SIGTERM, STOP_MS), 0);
    program_start(&h.ingresses[0]);
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
    (void)webhook_deliver(&one, &(struct webhook_delivery){.body = BODY});
    api_expect_problem(&one, 401, "webhook_signature_mismatch", NULL);
    (void)webhook_deliver(&one, &(struct webhook_delivery){.body = BODY, .secret = WEBHOOK_NEXT_SECRET});
    expect_accepted(&one, "evt_table", true);
    (void)webhook_deliver(
        &one, &(struct webhook_delivery){.provider = "bank", .secret = WEBHOOK_BANK_SECRET, .body = BODY});
    api_expect_problem(&one, 404, "not_found", NULL);
    assert_int_equal(metric_of(&one, "paybus_webhook_signature_failures_total{provider=\"gateway\","
                                     "reason=\"signature_mismatch\"} "),
                     1);
    assert_true(program_logged(&h.ingresses[0], "webhook_unauthorized"));
    assert_false(program_logged(&h.ingresses[0], "whsec_"));
}

static void every_event_has_its_work(void **state)
{
    (void)state;
    assert_int_equal(harness_number(&h, E2E_SQL_COUNT_LONE_WEBHOOKS), 0);
}

static int run(void)
{
    api_open(&one, &h, 0);
    api_open(&two, &h, 1);
    db = harness_database(&h);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signatures),        cmocka_unit_test(headers_twice),
        cmocka_unit_test(order_of_refusals), cmocka_unit_test(bodies),
        cmocka_unit_test(large_bodies),      cmocka_unit_test(what_is_stored),
        cmocka_unit_test(duplicates),        cmocka_unit_test(other_content),
        cmocka_unit_test(copies_at_once),    cmocka_unit_test(over_a_restart),
        cmocka_unit_test(a_year_later),      cmocka_unit_test(killed_around_commit),
        cmocka_unit_test(secrets_change),    cmocka_unit_test(every_event_has_its_work),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    db_close(db);
    api_close(&one);
    api_close(&two);
    return failed;
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.ledgers = 2, .ingresses = 2}, run);
}
