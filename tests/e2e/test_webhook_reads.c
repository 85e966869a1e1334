/* test_webhook_reads.c - what operators see of inbound events and of dead letters, and that a replay says so
   when nobody is there to do it. */
#include <string.h>

#include "e2e_statements.h"
#include "tests/e2e/cast.h"
#include "tests/e2e/scene.h"
#include "tests/e2e/webhook.h"

#define MISSING_EVENT  "whe_01h455vb4pex5vsknk084sn02q"
#define MISSING_LETTER "dl_01h455vb4pex5vsknk084sn02q"
#define TEXT_LETTER    "dl_01j0000000e008000000000003"
#define BINARY_LETTER  "dl_01j0000000e008000000000002"

static struct harness h;
static struct api api;

static void send_events(void)
{
    static const char *const events[] = {
        "{'event_id':'evt_a','event_type':'paid','payload':{'n':1}}",
        "{'event_id':'evt_b','event_type':'lost','payload':{'n':2}}",
        "{'event_id':'evt_failed','event_type':'paid','payload':{'n':3}}",
        "{'event_id':'evt_dead','event_type':'paid','payload':{'n':4},'occurred_at':'2026-11-20T00:00:00Z'}",
    };
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
        assert_int_equal(webhook_send(&api, "%s", events[i]), 202);
    cast_add("dead", api_string(&api, "id"));
    assert_int_equal(webhook_deliver(&api, &(struct webhook_delivery){.provider = "bank",
                                                                      .secret = WEBHOOK_BANK_SECRET,
                                                                      .body = events[0]}),
                     202);
    harness_do(&h, (const int[]){E2E_SQL_TROUBLE_WORK, E2E_SQL_PLANT_DEAD_LETTERS}, 2);
}

/* The members of a list's rows, with commas between. */
static void expect_list(const char *path, const char *member, const char *wanted)
{
    char found[512] = "";
    size_t i;
    const json_t *row;
    if (api_get(&api, "%s", path) != 200)
        fail_msg("%s: %s", path, api.body.data);
    json_array_foreach(api_at(&api, "data"), i, row)
    {
        const char *text = json_string_value(json_object_get(row, member));
        (void)snprintf(found + strlen(found), sizeof found - strlen(found), "%s%s", i == 0 ? "" : ",", text);
    }
    if (strcmp(found, wanted) != 0)
        fail_msg("%s: wanted %s, got %s", path, wanted, found);
}

static void lists_of_events(void **state)
{
    (void)state;
    static const struct {
        const char *path, *wanted;
    } rows[] = {
        {"/v1/webhooks/events", "evt_a,evt_dead,evt_failed,evt_b,evt_a"},
        {"/v1/webhooks/events?provider=bank", "evt_a"},
        {"/v1/webhooks/events?provider=nobody", ""},
        {"/v1/webhooks/events?event_type=lost", "evt_b"},
        {"/v1/webhooks/events?event_id=evt_a", "evt_a,evt_a"},
        {"/v1/webhooks/events?event_id=evt_a&provider=gateway", "evt_a"},
        {"/v1/webhooks/events?event_id=evt_a&status=dead", ""},
        {"/v1/webhooks/events?status=received", "evt_a,evt_b,evt_a"},
        {"/v1/webhooks/events?status=failed", "evt_failed"},
        {"/v1/webhooks/events?status=dead", "evt_dead"},
        {"/v1/webhooks/events?status=dead&provider=bank", ""},
        {"/v1/webhooks/events?created_from=2026-01-01T00:00:00Z", "evt_a,evt_dead,evt_failed,evt_b,evt_a"},
        {"/v1/webhooks/events?created_to=2026-01-01T00:00:00Z", ""},
        {"/v1/webhooks/events?created_from=2099-01-01T00:00:00Z", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_list(rows[i].path, "event_id", rows[i].wanted);
    (void)api_get(&api, "/v1/webhooks/events?status=done");
    api_expect_problem(&api, 400, "invalid_parameter", "?status");
}

/* Page by page the list is the same. */
static void pages(void **state)
{
    (void)state;
    char path[256] = "/v1/webhooks/events?limit=2";
    static const char *const wanted[] = {"evt_a,evt_dead", "evt_failed,evt_b", "evt_a"};
    for (size_t i = 0; i < 3; i++) {
        expect_list(path, "event_id", wanted[i]);
        if (i < 2)
            (void)snprintf(path, sizeof path, "/v1/webhooks/events?limit=2&cursor=%s",
                           api_string(&api, "next_cursor"));
    }
    assert_true(json_is_null(api_at(&api, "next_cursor")));
}

static void one_event(void **state)
{
    (void)state;
    assert_int_equal(api_get(&api, "/v1/webhooks/events/@dead"), 200);
    assert_string_equal(api_string(&api, "provider"), "gateway");
    assert_string_equal(api_string(&api, "status"), "dead");
    assert_string_equal(api_string(&api, "last_error"), "it did not work");
    assert_string_equal(api_string(&api, "occurred_at"), "2026-11-20T00:00:00.000000Z");
    assert_int_equal(api_int(&api, "attempts"), 6);
    assert_int_equal(api_int(&api, "payload.n"), 4);
    assert_true(json_is_null(api_at(&api, "next_attempt_at")));
    (void)api_get(&api, "/v1/webhooks/events?status=failed");
    assert_non_null(api_string(&api, "data.0.next_attempt_at"));
    assert_null(api_at(&api, "data.0.payload"));
    (void)api_get(&api, "/v1/webhooks/events/" MISSING_EVENT);
    api_expect_problem(&api, 404, "not_found", NULL);
}

static void dead_letters(void **state)
{
    (void)state;
    static const struct {
        const char *path, *wanted;
    } rows[] = {
        {"/v1/dlq", "it did not work,not JSON"},
        {"/v1/dlq?status=open&kind=payout", "not JSON"},
        {"/v1/dlq?event_type=paid", "it did not work"},
        {"/v1/dlq?error_contains=not", "it did not work,not JSON"},
        {"/v1/dlq?error_contains=%25", ""},
        {"/v1/dlq?status=replayed", "no such work"},
        {"/v1/dlq?status=replayed&kind=payout", ""},
        {"/v1/dlq?status=discarded", ""},
        {"/v1/dlq?to=2020-01-01T00:00:00Z", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_list(rows[i].path, "error", rows[i].wanted);
    (void)api_get(&api, "/v1/dlq?limit=1");
    char path[256];
    (void)snprintf(path, sizeof path, "/v1/dlq?limit=1&cursor=%s", api_string(&api, "next_cursor"));
    expect_list(path, "error", "not JSON");
}

static void one_dead_letter(void **state)
{
    (void)state;
    assert_int_equal(api_get(&api, "/v1/dlq/" TEXT_LETTER), 200);
    assert_string_equal(api_string(&api, "payload"), "{\"id\":\"wrk_1\"}");
    assert_true(json_is_null(api_at(&api, "payload_base64")));
    assert_string_equal(api_string(&api, "object"), cast_id("dead"));
    assert_memory_equal(api_string(&api, "work"), "wrk_", 4);
    assert_int_equal(api_int(&api, "stream_seq"), 12);
    assert_int_equal(api_get(&api, "/v1/dlq/" BINARY_LETTER), 200);
    assert_true(json_is_null(api_at(&api, "payload")));
    assert_string_equal(api_string(&api, "payload_base64"), "/wA=");
    assert_true(json_is_null(api_at(&api, "work")));
    (void)api_get(&api, "/v1/dlq/" MISSING_LETTER);
    api_expect_problem(&api, 404, "not_found", NULL);
}

/* No webhook-svc runs here. */
static void nobody_replays(void **state)
{
    (void)state;
    static const struct {
        const char *path, *body;
    } asked[] = {{"/v1/webhooks/events/@dead/replay", "{}"},
                 {"/v1/dlq/" TEXT_LETTER "/replay", "{}"},
                 {"/v1/dlq/" TEXT_LETTER "/discard", "{'note':'nobody wants it'}"},
                 {"/v1/dlq/replay", "{'kind':'webhook'}"}};
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        (void)api_post(&api, asked[i].path, NULL, "%s", asked[i].body);
        api_expect_problem(&api, 503, "unavailable", NULL);
        assert_non_null(api_header(&api, "Retry-After"));
    }
    (void)api_post(&api, "/v1/dlq/replay", NULL, "{'kind':'mail'}");
    api_expect_problem(&api, 422, "invalid_value", "/kind");
    (void)api_post(&api, "/v1/dlq/" TEXT_LETTER "/replay", NULL, "{'kind':'webhook'}");
    api_expect_problem(&api, 400, "unknown_field", "/kind");
    (void)api_post(&api, "/v1/dlq/" TEXT_LETTER "/discard", NULL, "{}");
    api_expect_problem(&api, 400, "missing_field", "/note");
    (void)api_post(&api, "/v1/dlq/" TEXT_LETTER "/discard", NULL, "{'note':'x','write_off':true}");
    api_expect_problem(&api, 400, "unknown_field", "/write_off");
}

static int run(void)
{
    api_open(&api, &h, 0);
    send_events();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_of_events), cmocka_unit_test(pages),
        cmocka_unit_test(one_event),       cmocka_unit_test(dead_letters),
        cmocka_unit_test(one_dead_letter), cmocka_unit_test(nobody_replays),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&api);
    return failed;
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){0}, run);
}
