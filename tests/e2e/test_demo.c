/* test_demo.c - what is there for demonstrations, for whom, and only in demo mode; and that everything can be
   put back to its beginning under load, by a job that runs as the owner, while services stay up. */
#include <signal.h>
#include <string.h>

#include "e2e_statements.h"
#include "tests/e2e/books.h"
#include "tests/e2e/cast.h"
#include "tests/e2e/scene.h"
#include "tests/e2e/stream_reader.h"
#include "tests/e2e/webhook.h"
#include "tests/support/process.h"
#include "tests/support/receiver.h"

#define SECRET_HEADER "X-Demo-Secret: " HARNESS_DEMO_SECRET
#define STOP_MS       15000
#define SOON_MS       10000
#define SEEDED        15 /* accounts: cash, escrow and three more of each of three currencies */
#define SEED_EVENTS   18

static struct harness h;
static struct api api;

/* As somebody who has the demo's secret and no API key. */
static int demo(const char *path, const char *body)
{
    char text[512];
    cast_text(body != NULL ? body : "", text, sizeof text);
    return api_send(&api, &(struct api_request){.path = path,
                                                .api_key = "",
                                                .body = body != NULL ? text : NULL,
                                                .headers = {SECRET_HEADER}});
}

static void who_may(void **state)
{
    (void)state;
    static const char *const wrong[] = {"X-Demo-Secret:", "X-Demo-Secret: a secret of demonstration",
                                        "X-Demo-Secret: a secret of demonstrations!"};
    struct api_key other;
    struct api_request r = {.path = "/v1/demo/stats", .api_key = ""};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        r.headers[0] = wrong[i];
        (void)api_send(&api, &r);
        api_expect_problem(&api, 401, "unauthorized", NULL);
    }
    r.headers[0] = r.headers[1] = SECRET_HEADER; /* twice is none */
    (void)api_send(&api, &r);
    api_expect_problem(&api, 401, "unauthorized", NULL);
    api_key_make(&h, "alice", "ops,deposits:write", &other);
    (void)api_send(&api, &(struct api_request){.path = "/v1/demo/stats", .api_key = other.secret});
    api_expect_problem(&api, 401, "unauthorized", NULL);
    assert_int_equal(api_get(&api, "/v1/demo/stats"), 200); /* the harness's key is an admin's */
    assert_int_equal(demo("/v1/demo/stats", NULL), 200);
}

static void outside_demo_mode(void **state)
{
    (void)state;
    static const char *const paths[] = {"/v1/demo/fund", "/v1/demo/inject-failure", "/v1/demo/reset"};
    assert_int_equal(program_stop(&h.ingresses[0], SIGTERM, STOP_MS), 0);
    program_set(&h.ingresses[0], "PAYBUS_DEMO", "0");
    program_start(&h.ingresses[0]);
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        (void)demo(paths[i], "{}");
        api_expect_problem(&api, 404, "not_found", NULL);
        (void)api_post(&api, paths[i], NULL, "{}");
        api_expect_problem(&api, 404, "not_found", NULL);
    }
    (void)api_get(&api, "/v1/demo/stats");
    api_expect_problem(&api, 404, "not_found", NULL);
    assert_int_equal(program_stop(&h.ingresses[0], SIGTERM, STOP_MS), 0);
    program_set(&h.ingresses[0], "PAYBUS_DEMO", "1");
    program_start(&h.ingresses[0]);
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
}

static void funds(void **state)
{
    (void)state;
    char id[TYPEID_TEXT_SIZE];
    harness_open_account(&h, "EUR", id);
    cast_add("alice", id);
    assert_int_equal(demo("/v1/demo/fund", "{'account':'@alice','amount':700,'currency':'EUR'}"), 201);
    assert_int_equal(harness_available(&h, id), 700);
    (void)demo("/v1/demo/fund", "{'account':'@alice','amount':0,'currency':'EUR'}");
    api_expect_problem(&api, 422, "amount_out_of_range", "/amount");
    (void)api_get(&api, "/v1/events?type=transaction.posted");
    assert_string_equal(api_string(&api, "data.0.actor"), "demo");
}

static void failures_on_demand(void **state)
{
    (void)state;
    assert_int_equal(demo("/v1/demo/inject-failure", "{'event_id':'evt_x','times':-1}"), 200);
    assert_string_equal(api_string(&api, "event_id"), "evt_x");
    assert_int_equal(api_int(&api, "times"), -1);
    assert_int_equal(demo("/v1/demo/inject-failure", "{'event_id':'evt_x','times':2,'provider':'bank'}"),
                     200);
    assert_string_equal(api_string(&api, "provider"), "bank");
    (void)demo("/v1/demo/inject-failure", "{'event_id':'evt_x','times':-2}");
    api_expect_problem(&api, 422, "invalid_value", "/times");
    (void)demo("/v1/demo/inject-failure", "{'times':1}");
    api_expect_problem(&api, 400, "missing_field", "/event_id");
}

static bool counts_are_in(void *context)
{
    const int64_t *wanted = context;
    return demo("/v1/demo/stats", NULL) == 200 && api_int(&api, "deduped_webhooks") == wanted[0] &&
           api_int(&api, "idempotency_replays") == wanted[1];
}

static void figures(void **state)
{
    (void)state;
    (void)demo("/v1/demo/stats", NULL);
    int64_t wanted[2] = {api_int(&api, "deduped_webhooks") + 2, api_int(&api, "idempotency_replays") + 1};
    int64_t holds = api_int(&api, "active_holds");
    for (int i = 0; i < 3; i++)
        assert_int_equal(webhook_send(&api, "{'event_id':'evt_figures','event_type':'t','payload':{}}"), 202);
    for (int i = 0; i < 2; i++)
        (void)api_post(&api, "/v1/accounts", "figures", "{'type':'user','currency':'EUR','name':'Twice'}");
    (void)api_post(&api, "/v1/holds", "figures-hold", "{'account':'@alice','amount':10}");
    assert_int_equal(api.status, 201);
    assert_true(eventually(counts_are_in, wanted, SOON_MS));
    assert_int_equal(api_int(&api, "active_holds"), holds + 1);
    assert_int_equal(api_int(&api, "dlq_size"), 0);
    /* They are the database's, not a process's. */
    assert_int_equal(program_stop(&h.ledgers[0], SIGTERM, STOP_MS), 0);
    program_start(&h.ledgers[0]);
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
    assert_true(counts_are_in(wanted));
}

static void nobody_resets(void **state)
{
    (void)state;
    (void)demo("/v1/demo/reset", "{}");
    api_expect_problem(&api, 503, "unavailable", NULL);
}

static bool is_published(void *context)
{
    return stream_reader_count(context) >= SEED_EVENTS;
}

/* Webhook-svc knows it, and all that happened before, when its event has arrived. */
static void make_endpoint(struct receiver *receiver)
{
    char body[160], key[HARNESS_KEY_SIZE];
    int before = receiver_count(receiver, "/ok");
    harness_new_key(key);
    (void)snprintf(body, sizeof body, "{'owner':'alice','url':'http://127.0.0.1:%d/ok','event_types':['*']}",
                   receiver_port(receiver));
    assert_int_equal(api_post(&api, "/v1/webhook-endpoints", key, "%s", body), 201);
    assert_true(receiver_wait(receiver, "/ok", before + 1, SOON_MS));
}

static void put_back(void **state)
{
    (void)state;
    struct books books;
    struct db *db = harness_database(&h);
    struct stream_reader reader;
    pid_t job = harness_start_demo_job(&h);
    struct receiver *receiver = receiver_start();
    make_endpoint(receiver);
    stream_reader_open(&reader, &h, "PAY_EVENTS");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(webhook_send(&api, "{'event_id':'evt_reset','event_type':'t','payload':{}}"), 202);
        assert_true(json_is_false(api_at(&api, "duplicate"))); /* also after a reset */
        if (demo("/v1/demo/reset", "{}") != 200)
            fail_msg("%d: %s", api.status, api.body.data);
        assert_int_equal(api_int(&api, "accounts"), SEEDED);
        books_read(db, &books);
        assert_int_equal(books.accounts, SEEDED);
        assert_int_equal(harness_number(&h, E2E_SQL_COUNT_WEBHOOK_EVENTS), 0);
        assert_true(eventually(is_published, &reader, SOON_MS));        /* the relay goes on */
        assert_int_equal(api_get(&api, "/v1/accounts?limit=100"), 200); /* the key is still one */
        assert_int_equal(json_array_size(api_at(&api, "data")), SEEDED);
        make_endpoint(receiver); /* the one before is gone, and nothing is made for it */
        assert_int_equal(demo("/v1/demo/stats", NULL), 200);
        assert_int_equal(api_int(&api, "dlq_size"), 0);
    }
    receiver_stop(receiver);
    assert_int_equal(demo("/v1/demo/stats", NULL), 200);
    assert_int_equal(api_int(&api, "deduped_webhooks"), 0);
    assert_int_equal(api_int(&api, "active_holds"), 0);
    assert_int_equal(process_stop(job, SIGTERM, STOP_MS, NULL), STATUS_OK);
    stream_reader_close(&reader);
    db_close(db);
}

static int run(void)
{
    api_open(&api, &h, 0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_may),  cmocka_unit_test(outside_demo_mode),
        cmocka_unit_test(funds),    cmocka_unit_test(failures_on_demand),
        cmocka_unit_test(figures),  cmocka_unit_test(nobody_resets),
        cmocka_unit_test(put_back),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&api);
    return failed;
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.webhooks = 1}, run);
}
