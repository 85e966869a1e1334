/* test_crash_ledger.c - kill -9 of the only ledger-svc under load, at named points and at random; it is
   started again at once. Every success is in the books once, and clients that retry see nothing but latency.
 */
#include <signal.h>
#include <stdlib.h>

#include "shared/core/clock.h"
#include "tests/e2e/scene.h"
#include "tests/support/process.h"

#define CLIENTS         8
#define RANDOM_KILLS    6
#define CALLS_BETWEEN   60
#define PROGRESS_MS     15000
#define BACK_MS         5000
#define CRASH_LATEST_MS 30000

static struct harness h;
static struct scene scene;

struct crash {
    const char *name, *point;
};

static void restart_ledger(const char *crash_point)
{
    assert_int_equal(program_stop(&h.ledgers[0], SIGTERM, 10000), 0);
    program_set(&h.ledgers[0], "PAYBUS_CRASH_POINT", "%s", crash_point);
    program_start(&h.ledgers[0]);
    assert_true(program_wait_ready(&h.ledgers[0], HARNESS_READY_MS));
    program_set(&h.ledgers[0], "PAYBUS_CRASH_POINT", "%s", ""); /* its successor lives on */
    program_keep(&h.ledgers[0], true);
}

static void killed_at_a_point(void **state)
{
    const struct crash *crash = *state;
    if (!PAYBUS_CRASH_POINTS)
        skip();
    restart_ledger(crash->point);
    int ends = program_ends(&h.ledgers[0]);
    scene_start(&scene, &h, 4, CLIENTS);
    assert_true(program_wait_ends(&h.ledgers[0], ends + 1, CRASH_LATEST_MS));
    assert_true(load_progress(scene.load, 1, BACK_MS));
    assert_true(load_progress(scene.load, CALLS_BETWEEN, PROGRESS_MS));
    scene_finish(&scene, &h, crash->name);
    assert_int_equal(program_ends(&h.ledgers[0]), ends + 1);
}

/* One command alone, so that its own COMMIT is the one that dies: the client gets its answer in one long try.
 */
static void lone_command(void **state)
{
    const struct crash *crash = *state;
    if (!PAYBUS_CRASH_POINTS)
        skip();
    struct client client;
    struct client_answer first, again;
    struct transfer_request request;
    scene_start(&scene, &h, 2, 0);
    restart_ledger(crash->point);
    int ends = program_ends(&h.ledgers[0]);
    harness_client(&h, 0, &client);
    harness_new_transfer(scene.accounts[0], scene.accounts[1], 3, NULL, &request);
    client_call(&client, "/v1/transfers", request.key, request.body, &first);
    client_call(&client, "/v1/transfers", request.key, request.body, &again);
    client_close(&client);
    assert_int_equal(program_ends(&h.ledgers[0]), ends + 1);
    assert_true(first.status == 201 || (first.status == 200 && first.tries > 1));
    assert_int_equal(again.status, 200);
    assert_true(again.replayed);
    assert_string_equal(again.body, first.body);
    history_add(&scene.history, request.key, &first);
    scene_finish(&scene, &h, crash->name);
}

static void killed_at_random(void **state)
{
    (void)state;
    unsigned seed = (unsigned)clock_monotonic_us();
    program_keep(&h.ledgers[0], true);
    scene_start(&scene, &h, 4, CLIENTS);
    for (int i = 0; i < RANDOM_KILLS; i++) {
        assert_true(load_progress(scene.load, 1 + rand_r(&seed) % CALLS_BETWEEN, PROGRESS_MS));
        pause_ms(rand_r(&seed) % 20); /* anywhere in a batch */
        int ends = program_ends(&h.ledgers[0]);
        program_signal(&h.ledgers[0], SIGKILL);
        assert_true(program_wait_ends(&h.ledgers[0], ends + 1, PROGRESS_MS));
        assert_true(load_progress(scene.load, 1, BACK_MS));
    }
    scene_finish(&scene, &h, "killed at random");
}

static int run(void)
{
    static struct crash received = {"killed with a batch received", "ledger.received:20"};
    static struct crash before = {"killed before COMMIT", "ledger.before_commit:15"};
    static struct crash after = {"killed after COMMIT", "ledger.after_commit:15"};
    static struct crash lone_before = {"killed before a lone COMMIT", "ledger.before_commit:1"};
    static struct crash lone_after = {"killed after a lone COMMIT", "ledger.after_commit:1"};
    const struct CMUnitTest tests[] = {
        {"received", killed_at_a_point, NULL, NULL, &received},
        {"before COMMIT", killed_at_a_point, NULL, NULL, &before},
        {"after COMMIT", killed_at_a_point, NULL, NULL, &after},
        {"lone command before COMMIT", lone_command, NULL, NULL, &lone_before},
        {"lone command after COMMIT", lone_command, NULL, NULL, &lone_after},
        cmocka_unit_test(killed_at_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.ingresses = 2}, run);
}
