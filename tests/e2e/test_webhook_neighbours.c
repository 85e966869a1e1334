/* test_webhook_neighbours.c - three owners with a hundred endpoints each that never answer, a backlog for
   each of these, a fourth owner whose endpoints answer with everything but success, and another with a
   hundred that fail at once, again and again: the events of one more arrive as if he were alone, from the
   first moment on and after a restart in the middle of it. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "e2e_statements.h"
#include "shared/core/clock.h"
#include "tests/e2e/api.h"
#include "tests/support/process.h"
#include "tests/support/receiver.h"

#define PATIENCE_MS 60000
#define STOP_MS     15000
#define TIMEOUT_MS  3000 /* of a delivery */
#define SLOW_OWNERS 3
#define ENDPOINTS   100 /* of each, as many as one may have */
#define BACKLOG     8   /* of each of these */
#define BURST       60  /* events, each for a hundred endpoints that fail */
#define TIMED       60
#define P99_MAX_US  1900000 /* what is put off comes two seconds later; make bench says how fast it is */
#define BURST_US    8000000 /* with sanitizers: the queue's length, and once put off; it was minutes */

static struct harness h;
static struct api api;
static struct receiver *good, *bad, *failing;
static char alices[TYPEID_TEXT_SIZE], trudys[TYPEID_TEXT_SIZE], mallorys[TYPEID_TEXT_SIZE],
    slow[SLOW_OWNERS][TYPEID_TEXT_SIZE];

static void post(const char *path, const char *body, int wanted)
{
    char key[HARNESS_KEY_SIZE];
    harness_new_key(key);
    if (api_send(&api, &(struct api_request){.path = path, .key = key, .body = body}) != wanted)
        fail_msg("%s: %d %s", body, api.status, api.body.data);
}

static void make_endpoint(const char *owner, const char *scheme, const struct receiver *to, const char *path)
{
    char body[256];
    (void)snprintf(
        body, sizeof body,
        "{\"owner\":\"%s\",\"url\":\"%s://127.0.0.1:%d%s\",\"event_types\":[\"transaction.posted\"]}", owner,
        scheme, receiver_port(to), path);
    post("/v1/webhook-endpoints", body, 201);
}

static void make_slow_owners(void)
{
    char owner[16];
    for (int i = 0; i < SLOW_OWNERS; i++) {
        (void)snprintf(owner, sizeof owner, "slow-%d", i);
        harness_open_account_of(&h, owner, "EUR", slow[i]);
        for (int n = 0; n < ENDPOINTS; n++)
            make_endpoint(owner, "http", bad, "/hang");
    }
}

static void make_bad_owner(void)
{
    static const char *const paths[] = {"/500", "/301", "/gone", "/429", "/endless", "/trailers", "/slow"};
    harness_open_account_of(&h, "trudy", "EUR", trudys);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        make_endpoint("trudy", "http", bad, paths[i]);
    make_endpoint("trudy", "https", bad, "/speaks-no-tls");
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Alice's events one by one, from the transfer's answer to her receiver. */
static void expect_speed(const char *moment, int64_t most_us)
{
    static int64_t us[TIMED];
    for (int i = 0; i < TIMED; i++) {
        struct received got = {.at_us = 0};
        int before = receiver_count(good, "/ok");
        harness_deposit(&h, alices, "EUR", 1);
        int64_t answered_us = clock_monotonic_us();
        if (!receiver_wait(good, "/ok", before + 1, PATIENCE_MS) || !receiver_get(good, "/ok", before, &got))
            fail_msg("%s: an event does not arrive", moment);
        us[i] = got.at_us - answered_us;
    }
    qsort(us, TIMED, sizeof us[0], by_value);
    int64_t p99_us = us[TIMED * 99 / 100];
    print_message("  %s: p50 %lld us, p99 %lld us\n", moment, (long long)us[TIMED / 2], (long long)p99_us);
    assert_true(p99_us < most_us);
}

static bool nothing_is_untouched(void *context)
{
    (void)context;
    return harness_number(&h, E2E_SQL_COUNT_UNTOUCHED_DELIVERIES) == 0;
}

/* Trudy's may be among them. */
static bool many_are_silent(void *context)
{
    (void)context;
    return harness_number(&h, E2E_SQL_COUNT_SILENT_ENDPOINTS) >= ENDPOINTS;
}

static void alone(void **state)
{
    (void)state;
    expect_speed("alone", P99_MAX_US);
}

static void beside_others(void **state)
{
    (void)state;
    for (int i = 0; i < BACKLOG; i++) {
        harness_deposit(&h, trudys, "EUR", 1);
        for (int n = 0; n < SLOW_OWNERS; n++)
            harness_deposit(&h, slow[n], "EUR", 1);
    }
    if (!receiver_wait(bad, "/hang", ENDPOINTS, PATIENCE_MS) || !receiver_wait(bad, "/500", 1, PATIENCE_MS))
        fail_msg("nothing hangs");
    assert_true(eventually(nothing_is_untouched, NULL, PATIENCE_MS));
    expect_speed("beside what hangs", P99_MAX_US);
}

static void beside_the_silent(void **state)
{
    (void)state;
    assert_true(eventually(many_are_silent, NULL, PATIENCE_MS));
    expect_speed("beside the silent", P99_MAX_US);
}

static void after_a_restart(void **state)
{
    (void)state;
    (void)program_stop(&h.webhooks[0], SIGKILL, STOP_MS);
    program_start(&h.webhooks[0]);
    assert_true(program_wait_ready(&h.webhooks[0], HARNESS_READY_MS));
    harness_deposit(&h, alices, "EUR", 1);
    int before = receiver_count(good, "/ok");
    assert_true(receiver_wait(good, "/ok", before, PATIENCE_MS));
    expect_speed("after a restart", P99_MAX_US);
}

/* What fails at once comes again at once, a hundred times as often as it happened. */
static void beside_a_burst(void **state)
{
    (void)state;
    int before = receiver_count(failing, "/500");
    for (int i = 0; i < BURST; i++)
        harness_deposit(&h, mallorys, "EUR", 1);
    expect_speed("beside a burst", BURST_US);
    if (!receiver_wait(failing, "/500", before + BURST * ENDPOINTS, PATIENCE_MS))
        fail_msg("%d of the burst were sent", receiver_count(failing, "/500") - before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alone),
        cmocka_unit_test(beside_others),
        cmocka_unit_test(beside_the_silent),
        cmocka_unit_test(after_a_restart),
        cmocka_unit_test(beside_a_burst),
    };
    harness_start(&h, &(struct harness_options){.webhooks = 1});
    (void)program_stop(&h.webhooks[0], SIGTERM, STOP_MS);
    program_set(&h.webhooks[0], "PAYBUS_WEBHOOK_DELIVERY_TIMEOUT_MS", "%d", TIMEOUT_MS);
    program_start(&h.webhooks[0]);
    api_open(&api, &h, 0);
    good = receiver_start();
    bad = receiver_start();
    failing = receiver_start();
    harness_open_account_of(&h, "alice", "EUR", alices);
    make_slow_owners();
    make_bad_owner();
    harness_open_account_of(&h, "mallory", "EUR", mallorys);
    for (int i = 0; i < ENDPOINTS; i++)
        make_endpoint("mallory", "http", failing, "/500");
    make_endpoint("alice", "http", good, "/ok");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&api);
    harness_stop(&h, failed != 0);
    receiver_stop(good);
    receiver_stop(bad);
    receiver_stop(failing);
    return failed;
}
