/* test_webhook_shared.c - what all owners share, and one of them is in the way: rows of his that somebody has
   locked keep no other's deliveries waiting and are worked off afterwards, and what a full PAY_WORK does not
   take waits in PostgreSQL and comes when there is room. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "e2e_statements.h"
#include "shared/core/clock.h"
#include "tests/e2e/api.h"
#include "tests/e2e/inbound.h"
#include "tests/support/process.h"
#include "tests/support/receiver.h"

#define WAIT_MS    60000
#define STOP_MS    15000
#define TIMEOUT_MS 3000 /* of a delivery */
#define TIMED      20
#define LOCK_MS    1500 /* that a statement of webhook-svc waits for a lock */

static struct harness h;
static struct api api;
static struct inbound in;
static struct receiver *receiver;
static char alices[TYPEID_TEXT_SIZE], bobs[TYPEID_TEXT_SIZE];

static void make_endpoint(const char *owner, const char *path)
{
    char key[HARNESS_KEY_SIZE], body[256];
    harness_new_key(key);
    (void)snprintf(
        body, sizeof body,
        "{\"owner\":\"%s\",\"url\":\"http://127.0.0.1:%d%s\",\"event_types\":[\"transaction.posted\"]}",
        owner, receiver_port(receiver), path);
    if (api_send(&api, &(struct api_request){.path = "/v1/webhook-endpoints", .key = key, .body = body}) !=
        201)
        fail_msg("%s: %d %s", body, api.status, api.body.data);
}

static struct db *lock(const char *rows)
{
    struct db *db = harness_database(&h);
    if (db_exec(db, "begin") != STATUS_OK || db_exec(db, rows) != STATUS_OK)
        fail_msg("nothing is locked: %s", db_error(db));
    return db;
}

static void unlock(struct db *db)
{
    assert_int_equal(db_exec(db, "commit"), STATUS_OK);
    db_close(db);
}

/* Who waited for the lock each time would need twice as long. */
static void expect_alice_undisturbed(void)
{
    int64_t begun_ms = clock_monotonic_ms();
    for (int i = 0; i < TIMED; i++) {
        int before = receiver_count(receiver, "/ok");
        harness_deposit(&h, alices, "EUR", 1);
        if (!receiver_wait(receiver, "/ok", before + 1, WAIT_MS))
            fail_msg("an event does not arrive");
    }
    int64_t took_ms = clock_monotonic_ms() - begun_ms;
    print_message("  %d one after the other: %lld ms\n", TIMED, (long long)took_ms);
    assert_true(took_ms < TIMED * LOCK_MS / 2);
}

/* From one try of Bob's that ends without an answer to the end of the next. */
static void expect_alice_undisturbed_meanwhile(void)
{
    static const char timeouts[] = "paybus_delivery_attempts_total{outcome=\"timeout\"}";
    int64_t before = program_metric(&h.webhooks[0], timeouts);
    for (int64_t until_ms = clock_monotonic_ms() + WAIT_MS;
         program_metric(&h.webhooks[0], timeouts) == before;)
        if (clock_monotonic_ms() < until_ms)
            expect_alice_undisturbed();
        else
            fail_msg("no try ends");
    expect_alice_undisturbed();
}

static bool is_full(void *context)
{
    (void)context;
    return inbound_stream_messages(&in, "PAY_WORK") == 1;
}

static bool one_is_untouched(void *context)
{
    (void)context;
    return harness_number(&h, E2E_SQL_COUNT_UNTOUCHED_DELIVERIES) == 1;
}

/* While PAY_WORK is full, so that its message comes when its row is locked. */
static void a_row_to_be_claimed_is_locked(void **state)
{
    (void)state;
    inbound_fail(&in, "stuck-", 1, -1);
    inbound_limit_work(&in, 1);
    (void)inbound_add(&in, "stuck-", 1, "demo.fund", "{}");
    assert_true(eventually(is_full, NULL, WAIT_MS));
    harness_deposit(&h, alices, "EUR", 1);
    assert_true(eventually(one_is_untouched, NULL, WAIT_MS));
    struct db *db = lock("select from paybus.work where kind = 'delivery' and state = 'received' for update");
    inbound_limit_work(&in, -1);
    expect_alice_undisturbed();
    assert_int_equal(receiver_count(receiver, "/ok"), TIMED);
    unlock(db);
    assert_true(receiver_wait(receiver, "/ok", TIMED + 1, WAIT_MS));
}

static bool none_is_begun(void *context)
{
    (void)context;
    return harness_number(&h, E2E_SQL_COUNT_BEGUN_DELIVERIES) == 0;
}

static bool failures_add_up(void *context)
{
    (void)context;
    return harness_number(&h, E2E_SQL_COUNT_MISCOUNTED_FAILURES) == 0;
}

/* The try ends while the row is locked; its end is stored afterwards, and is noted once. */
static void a_row_to_be_ended_is_locked(void **state)
{
    (void)state;
    harness_deposit(&h, bobs, "EUR", 1);
    assert_true(receiver_wait(receiver, "/hang", 1, WAIT_MS));
    struct db *db =
        lock("select from paybus.work where kind = 'delivery' and state = 'processing' for update");
    expect_alice_undisturbed_meanwhile();
    assert_int_equal(harness_number(&h, E2E_SQL_COUNT_BEGUN_DELIVERIES), 1);
    unlock(db);
    assert_true(eventually(none_is_begun, NULL, WAIT_MS));
    assert_true(eventually(failures_add_up, NULL, WAIT_MS));
}

static void health_is_locked(void **state)
{
    (void)state;
    struct db *db = lock("select from paybus.webhook_endpoint_health where failures > 0 for update");
    int before = receiver_count(receiver, "/hang");
    harness_deposit(&h, bobs, "EUR", 1);
    assert_true(receiver_wait(receiver, "/hang", before + 1, WAIT_MS));
    expect_alice_undisturbed_meanwhile();
    unlock(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_to_be_claimed_is_locked),
        cmocka_unit_test(a_row_to_be_ended_is_locked),
        cmocka_unit_test(health_is_locked),
    };
    harness_start(&h, &(struct harness_options){.webhooks = 1});
    (void)program_stop(&h.webhooks[0], SIGTERM, STOP_MS);
    program_set(&h.webhooks[0], "PAYBUS_WEBHOOK_DELIVERY_TIMEOUT_MS", "%d", TIMEOUT_MS);
    program_start(&h.webhooks[0]);
    api_open(&api, &h, 0);
    inbound_open(&in, &h);
    receiver = receiver_start();
    harness_open_account_of(&h, "alice", "EUR", alices);
    harness_open_account_of(&h, "bob", "EUR", bobs);
    make_endpoint("alice", "/ok");
    make_endpoint("bob", "/hang");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    inbound_close(&in);
    api_close(&api);
    harness_stop(&h, failed != 0);
    receiver_stop(receiver);
    return failed;
}
