/* test_webhook_path.c - the way of a webhook event over HTTP alone: accepted, worked off once, or dead and
   put back to work by an operator; and under load with ledger-svc killed again and again. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "e2e_statements.h"
#include "shared/core/clock.h"
#include "tests/e2e/cast.h"
#include "tests/e2e/scene.h"
#include "tests/e2e/webhook.h"
#include "tests/support/process.h"

#define SOON_MS     15000
#define PROGRESS_MS 15000
#define CLIENTS     4
#define KILLS       4
#define EVENTS      40 /* between two kills, each sent twice */
#define FUND                                                                                                 \
    "{'event_id':'%s','event_type':'demo.fund','payload':{'account':'@alice','amount':%d,'currency':'%s'}}"

static struct harness h;
static struct api api;
static struct scene scene;

/* The event of that name alone: its id and where it stands. */
struct event {
    const char *event_id, *status;
    char id[TYPEID_TEXT_SIZE];
};

static bool has_status(void *context)
{
    struct event *e = context;
    if (api_get(&api, "/v1/webhooks/events?event_id=%s", e->event_id) != 200 ||
        json_array_size(api_at(&api, "data")) != 1)
        return false;
    (void)snprintf(e->id, sizeof e->id, "%s", api_string(&api, "data.0.id"));
    return strcmp(api_string(&api, "data.0.status"), e->status) == 0;
}

static void funded_once(void **state)
{
    (void)state;
    struct event e = {.event_id = "evt_fund", .status = "processed"};
    for (int i = 0; i < 3; i++)
        assert_int_equal(webhook_send(&api, FUND, "evt_fund", 700, "EUR"), 202);
    assert_true(eventually(has_status, &e, SOON_MS));
    assert_int_equal(webhook_send(&api, FUND, "evt_fund", 700, "EUR"), 202);
    assert_string_equal(api_string(&api, "status"), "processed");
    assert_int_equal(harness_available(&h, cast_id("alice")), 700);
    /* What is done is not done again. */
    (void)api_post(&api, "/v1/webhooks/events/@none/replay", NULL, "{}");
    api_expect_problem(&api, 404, "not_found", NULL);
    char path[128];
    (void)snprintf(path, sizeof path, "/v1/webhooks/events/%s/replay", e.id);
    (void)api_post(&api, path, NULL, "{}");
    assert_int_equal(api.status, 200);
    assert_int_equal(api_int(&api, "replayed"), 0);
    assert_int_equal(harness_available(&h, cast_id("alice")), 700);
}

/* Its account has another currency: no try can help, so it is dead at once. */
static void dead_and_replayed(void **state)
{
    (void)state;
    struct event e = {.event_id = "evt_wrong", .status = "dead"};
    char path[128], letter[TYPEID_TEXT_SIZE];
    assert_int_equal(webhook_send(&api, FUND, "evt_wrong", 5, "USD"), 202);
    assert_true(eventually(has_status, &e, SOON_MS));
    assert_int_equal(api_get(&api, "/v1/dlq"), 200);
    assert_int_equal(json_array_size(api_at(&api, "data")), 1);
    assert_string_equal(api_string(&api, "data.0.object"), e.id);
    (void)snprintf(letter, sizeof letter, "%s", api_string(&api, "data.0.id"));
    (void)snprintf(path, sizeof path, "/v1/dlq/%s/replay", letter);
    (void)api_post(&api, path, NULL, "{}");
    assert_int_equal(api.status, 202);
    assert_int_equal(api_int(&api, "replayed"), 1);
    assert_int_equal(api_get(&api, "/v1/dlq/%s", letter), 200);
    assert_string_equal(api_string(&api, "status"), "replayed");
    assert_memory_equal(api_string(&api, "resolved_by"), "key_", 4);
    assert_non_null(strstr(api_string(&api, "payload"), "evt_wrong"));
    assert_true(eventually(has_status, &e, SOON_MS)); /* dead again, with another letter */
}

static bool has_one_open(void *context)
{
    (void)context;
    return api_get(&api, "/v1/dlq") == 200 && json_array_size(api_at(&api, "data")) == 1;
}

static void replayed_by_filter(void **state)
{
    (void)state;
    assert_true(eventually(has_one_open, NULL, SOON_MS));
    (void)api_post(&api, "/v1/dlq/replay", NULL, "{'event_type':'demo.fund','dry_run':true}");
    assert_int_equal(api.status, 200);
    assert_int_equal(api_int(&api, "matched"), 1);
    assert_int_equal(api_int(&api, "replayed"), 0);
    (void)api_post(&api, "/v1/dlq/replay", NULL, "{}");
    assert_int_equal(api.status, 422);
    assert_string_equal(api_string(&api, "code"), "invalid_value");
    assert_int_equal(json_array_size(api_at(&api, "errors")), 1);
    (void)api_post(&api, "/v1/dlq/replay", NULL, "{'event_type':'payment.succeeded'}");
    assert_int_equal(api.status, 200);
    assert_int_equal(api_int(&api, "matched"), 0);
    (void)api_post(&api, "/v1/dlq/replay", NULL, "{'kind':'webhook','limit':10}");
    assert_int_equal(api.status, 202);
    assert_int_equal(api_int(&api, "replayed"), 1);
    struct event e = {.event_id = "evt_wrong", .status = "dead"};
    assert_true(eventually(has_status, &e, SOON_MS));
}

static bool is_audited(void *context)
{
    const char *letter = context;
    return api_get(&api, "/v1/audit?object=%s", letter) == 200 &&
           json_array_size(api_at(&api, "data")) == 2; /* made, discarded */
}

static void discarded(void **state)
{
    (void)state;
    char path[128], letter[TYPEID_TEXT_SIZE];
    assert_true(eventually(has_one_open, NULL, SOON_MS));
    (void)snprintf(letter, sizeof letter, "%s", api_string(&api, "data.0.id"));
    (void)snprintf(path, sizeof path, "/v1/dlq/%s/discard", letter);
    (void)api_post(&api, "/v1/dlq/dl_01h455vb4pex5vsknk084sn02q/discard", NULL, "{'note':'who is it?'}");
    api_expect_problem(&api, 404, "not_found", NULL);
    (void)api_post(&api, path, NULL, "{'note':'paid by hand'}");
    assert_int_equal(api.status, 200);
    assert_int_equal(api_int(&api, "discarded"), 1);
    assert_int_equal(api_get(&api, "/v1/dlq/%s", letter), 200);
    assert_string_equal(api_string(&api, "status"), "discarded");
    assert_string_equal(api_string(&api, "note"), "paid by hand");
    assert_memory_equal(api_string(&api, "resolved_by"), "key_", 4);
    (void)api_post(&api, path, NULL, "{'note':'once more'}"); /* the first one's note stays */
    assert_int_equal(api.status, 200);
    assert_int_equal(api_int(&api, "discarded"), 0);
    assert_int_equal(api_get(&api, "/v1/dlq?status=discarded"), 200);
    assert_string_equal(api_string(&api, "data.0.note"), "paid by hand");
    assert_true(eventually(is_audited, letter, SOON_MS));
    assert_string_equal(api_string(&api, "data.0.type"), "dead_letter.discarded");
    assert_string_equal(api_string(&api, "data.0.after.note"), "paid by hand");
    assert_memory_equal(api_string(&api, "data.0.actor"), "key_", 4);
}

/* Each is accepted once, though sent twice, whatever dies meanwhile. */
static void send_events(int round)
{
    for (int i = 0; i < 2 * EVENTS; i++) {
        char event_id[48];
        (void)snprintf(event_id, sizeof event_id, "evt_load_%d_%d", round, i / 2);
        int64_t give_up_us = clock_monotonic_us() + PROGRESS_MS * INT64_C(1000);
        while (webhook_send(&api, FUND, event_id, 1, "EUR") != 202)
            if (clock_monotonic_us() > give_up_us)
                fail_msg("%s is not accepted: %d", event_id, api.status);
    }
}

static bool all_are_processed(void *context)
{
    static const char *const unfinished[] = {"received", "processing", "failed"};
    const int64_t *wanted = context;
    for (size_t i = 0; i < sizeof unfinished / sizeof unfinished[0]; i++)
        if (api_get(&api, "/v1/webhooks/events?status=%s", unfinished[i]) != 200 ||
            json_array_size(api_at(&api, "data")) > 0)
            return false;
    return harness_number(&h, E2E_SQL_COUNT_WEBHOOK_EVENTS) == *wanted;
}

static void beside_money_and_kills(void **state)
{
    (void)state;
    int64_t before = harness_number(&h, E2E_SQL_COUNT_WEBHOOK_EVENTS), wanted = before + KILLS * EVENTS;
    int64_t funds = harness_available(&h, cast_id("alice"));
    program_keep(&h.ledgers[0], true);
    scene_start(&scene, &h, 4, CLIENTS);
    for (int i = 0; i < KILLS; i++) {
        int ends = program_ends(&h.ledgers[0]);
        program_signal(&h.ledgers[0], SIGKILL);
        send_events(i);
        assert_true(program_wait_ends(&h.ledgers[0], ends + 1, PROGRESS_MS));
        assert_true(load_progress(scene.load, 1, PROGRESS_MS));
    }
    assert_true(eventually(all_are_processed, &wanted, 2 * SOON_MS));
    assert_int_equal(harness_available(&h, cast_id("alice")), funds + KILLS * EVENTS);
    assert_int_equal(harness_number(&h, E2E_SQL_COUNT_LONE_WEBHOOKS), 0);
    scene_finish(&scene, &h, "webhooks beside money, ledger-svc killed");
}

static int run(void)
{
    char id[TYPEID_TEXT_SIZE];
    api_open(&api, &h, 0);
    harness_open_account(&h, "EUR", id);
    cast_add("alice", id);
    cast_add("none", "whe_01h455vb4pex5vsknk084sn02q");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(funded_once),
        cmocka_unit_test(dead_and_replayed),
        cmocka_unit_test(replayed_by_filter),
        cmocka_unit_test(discarded),
        cmocka_unit_test(beside_money_and_kills),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&api);
    return failed;
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.webhooks = 1, .ingresses = 2}, run);
}
