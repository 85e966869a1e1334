/* test_stalled.c - a ledger-svc that stopped while it sent a pipeline keeps nobody from its accounts for
   longer than 3 s: PostgreSQL has no timeout for that, the other instances end its session. The stopped one
   is a session of the test here, since no signal hits between two writes of a process for certain. */
#include <stdlib.h>
#include <string.h>

#include "ledger-svc/domain/command.h"
#include "shared/core/clock.h"
#include "tests/e2e/scene.h"
#include "tests/support/half_pipeline.h"
#include "tests/support/process.h"

#define LOCKS_HELD_MS 3000
#define AMOUNT        5

static struct harness h;
static struct scene scene;

/* A session of ledger-svc that holds the account's lock and is silent from now on. */
static PGconn *stall(const char *account)
{
    struct uuid id;
    char sql[96];
    assert_int_equal(typeid_parse("acct", str_of(account), &id), STATUS_OK);
    (void)snprintf(sql, sizeof sql, "select pg_advisory_xact_lock(%lld)",
                   (long long)lock_number(LOCK_ACCOUNT, &id));
    PGconn *conn = half_pipeline_open(h.postgres.port, "paybus_ledger", "ledger-svc", sql);
    half_pipeline_wait(conn);
    return conn;
}

static void a_transfer_needs_its_locks(void **state)
{
    (void)state;
    struct client client;
    struct client_answer answer;
    struct transfer_request request;
    scene_start(&scene, &h, 2, 0);
    harness_new_transfer(scene.accounts[0], scene.accounts[1], AMOUNT, NULL, &request);
    harness_client(&h, 0, &client);
    PGconn *stalled = stall(scene.accounts[0]);
    int64_t stalled_ms = clock_monotonic_ms();
    client_send(&client, "/v1/transfers", request.key, request.body, &answer);
    int64_t held_ms = clock_monotonic_ms() - stalled_ms;
    (void)fprintf(stderr, "answered %d, %lld ms after the session stalled\n", answer.status,
                  (long long)held_ms);
    assert_int_equal(answer.status, 201);
    assert_true(held_ms <= LOCKS_HELD_MS);
    assert_true(eventually(half_pipeline_is_ended, stalled, LOCKS_HELD_MS));
    PQfinish(stalled);
    client_close(&client);
    history_add(&scene.history, request.key, &answer);
    scene_finish(&scene, &h, "a transfer needs the locks of a stalled session");
    assert_int_equal(harness_available(&h, scene.accounts[0]), SCENE_FUNDS - AMOUNT);
}

static void nobody_needs_its_locks(void **state)
{
    (void)state;
    scene_start(&scene, &h, 1, 0);
    PGconn *stalled = stall(scene.accounts[0]);
    assert_true(eventually(half_pipeline_is_ended, stalled, LOCKS_HELD_MS));
    PQfinish(stalled);
    scene_finish(&scene, &h, "nobody needs the locks of a stalled session");
}

static void it_is_counted(void **state)
{
    (void)state;
    assert_int_equal(program_metric(&h.ledgers[0], "paybus_ledger_stalled_sessions_ended_total"), 2);
    assert_true(program_logged(&h.ledgers[0], "stalled_sessions_ended"));
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_transfer_needs_its_locks),
        cmocka_unit_test(nobody_needs_its_locks),
        cmocka_unit_test(it_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){0}, run);
}
