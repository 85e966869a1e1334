/* test_webhook_recovery.c - an endpoint that is switched off with ten thousand deliveries on their way: they
   are missed and nobody's dead letters, and when it is on again each of them comes once, however many ask for
   it at once. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "e2e_statements.h"
#include "tests/e2e/api.h"
#include "tests/e2e/cast.h"
#include "tests/e2e/inbound.h"
#include "tests/e2e/scene.h"
#include "tests/support/process.h"
#include "tests/support/receiver.h"

#define PATIENCE_MS 120000
#define MANY        10000
#define PAGE        1000
#define ASKING      4
#define PAGES_MAX   1000
#define SCOPES      "webhooks:read,webhooks:write"

static struct harness h;
static struct inbound in;
static struct api api;
static struct api_key bob;
static struct receiver *receiver;

static int ask(struct api *through, const char *method, const char *path, const char *body)
{
    char key[HARNESS_KEY_SIZE];
    harness_new_key(key);
    return api_send(through,
                    &(struct api_request){
                        .method = method, .path = path, .api_key = bob.secret, .key = key, .body = body});
}

static void switch_hook(const char *status)
{
    char path[128], body[64];
    (void)snprintf(path, sizeof path, "/v1/webhook-endpoints/%s", cast_id("hook"));
    (void)snprintf(body, sizeof body, "{\"status\":\"%s\"}", status);
    assert_int_equal(ask(&api, "PATCH", path, body), 200);
}

static void make_hook(void)
{
    char body[256];
    (void)snprintf(body, sizeof body,
                   "{\"url\":\"http://127.0.0.1:%d/ok\",\"event_types\":[\"transaction.posted\"]}",
                   receiver_port(receiver));
    assert_int_equal(ask(&api, "POST", "/v1/webhook-endpoints", body), 201);
    cast_add("hook", api_string(&api, "id"));
}

static bool all_are_missed(void *context)
{
    (void)context;
    return harness_number(&h, E2E_SQL_COUNT_MISSED_DELIVERIES) == MANY;
}

static bool none_is_pending(void *context)
{
    (void)context;
    return harness_number(&h, E2E_SQL_COUNT_PENDING_DELIVERIES) == 0;
}

static bool stream_is_empty(void *stream)
{
    return inbound_stream_messages(&in, stream) == 0;
}

/* Neither PAY_DLQ nor the operators' list hears of them, and nothing of them is left in PAY_WORK. */
static void switching_off_floods_nobody(void **state)
{
    (void)state;
    static const int plant[] = {E2E_SQL_PLANT_PENDING_DELIVERIES};
    make_hook();
    switch_hook("disabled");
    harness_do(&h, plant, 1);
    if (!eventually(all_are_missed, NULL, PATIENCE_MS))
        fail_msg("%lld of %d were missed", (long long)harness_number(&h, E2E_SQL_COUNT_MISSED_DELIVERIES),
                 MANY);
    assert_true(eventually(stream_is_empty, (void *)"PAY_WORK", PATIENCE_MS));
    assert_int_equal(inbound_dead(&in).all, 0);
    assert_int_equal(inbound_stream_messages(&in, "PAY_DLQ"), 0);
    assert_int_equal(receiver_count(receiver, "/ok"), 0);
}

struct asking {
    struct api api;
    pthread_t thread;
    int pages, failed; /* status of an answer that was none of those wanted; 0: all were */
    int64_t deliveries;
};

/* Page by page to the end. */
static void *recover(void *context)
{
    struct asking *a = context;
    char path[128], body[192], cursor[64] = "";
    (void)snprintf(path, sizeof path, "/v1/webhook-endpoints/%s/recover", cast_id("hook"));
    do {
        (void)snprintf(body, sizeof body, "{\"since\":\"2020-01-01T00:00:00Z\"%s%s%s}",
                       cursor[0] != '\0' ? ",\"cursor\":\"" : "", cursor, cursor[0] != '\0' ? "\"" : "");
        int status = ask(&a->api, "POST", path, body);
        if (status != 202 && status != 200)
            a->failed = status;
        if (a->failed != 0 || ++a->pages == PAGES_MAX)
            return NULL;
        a->deliveries += api_int(&a->api, "deliveries");
        const char *next = json_string_value(api_at(&a->api, "next_cursor"));
        (void)snprintf(cursor, sizeof cursor, "%s", next != NULL ? next : "");
    } while (cursor[0] != '\0');
    return NULL;
}

/* A page that somebody else has sent again meanwhile is not sent twice. */
static void each_comes_once(void **state)
{
    (void)state;
    struct asking all[ASKING] = {{.pages = 0}};
    int64_t deliveries = 0;
    switch_hook("enabled");
    for (int i = 0; i < ASKING; i++) {
        api_open(&all[i].api, &h, 0);
        assert_int_equal(pthread_create(&all[i].thread, NULL, recover, &all[i]), 0);
    }
    for (int i = 0; i < ASKING; i++) {
        (void)pthread_join(all[i].thread, NULL);
        api_close(&all[i].api);
        print_message("  %d pages, %lld deliveries\n", all[i].pages, (long long)all[i].deliveries);
        deliveries += all[i].deliveries;
        assert_int_equal(all[i].failed, 0);
        assert_true(all[i].pages <= MANY / PAGE + 1);
    }
    assert_int_equal(deliveries, MANY);
    if (!receiver_wait(receiver, "/ok", MANY, PATIENCE_MS))
        fail_msg("%d of %d", receiver_count(receiver, "/ok"), MANY);
    assert_true(eventually(none_is_pending, NULL, PATIENCE_MS));
    assert_int_equal(receiver_distinct(receiver, "/ok"), MANY);
    assert_int_equal(receiver_count(receiver, "/ok"), MANY);
    assert_int_equal(harness_number(&h, E2E_SQL_COUNT_REPEATED_DELIVERIES), 0);
}

static void nothing_is_left_to_recover(void **state)
{
    (void)state;
    char path[128];
    (void)snprintf(path, sizeof path, "/v1/webhook-endpoints/%s/recover", cast_id("hook"));
    assert_int_equal(ask(&api, "POST", path, "{\"since\":\"2020-01-01T00:00:00Z\"}"), 200);
    assert_int_equal(api_int(&api, "deliveries"), 0);
    assert_true(json_is_null(api_at(&api, "next_cursor")));
    assert_int_equal(ask(&api, "POST", path,
                         "{\"since\":\"2020-01-01T00:00:00Z\",\"cursor\":\"we_00000000000000000000000000\"}"),
                     422);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(switching_off_floods_nobody),
        cmocka_unit_test(each_comes_once),
        cmocka_unit_test(nothing_is_left_to_recover),
    };
    harness_start(&h, &(struct harness_options){.webhooks = 2});
    inbound_open(&in, &h);
    api_open(&api, &h, 0);
    receiver = receiver_start();
    api_key_make(&h, "bob", SCOPES, &bob);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&api);
    inbound_close(&in);
    harness_stop(&h, failed != 0);
    receiver_stop(receiver);
    return failed;
}
