/* test_stopped.c - one of two ledger-svc stands still (SIGSTOP, a paused machine): nats-server notices that
   it does not answer and gives it no more commands. Those that it had by then are answered by the other one
   when ingress sends them again; nobody is told 504, and from then on everything goes at its pace. */
#include <signal.h>

#include "shared/core/clock.h"
#include "tests/e2e/scene.h"

#define CLIENTS         16
#define ACCOUNTS        8
#define CALLS_BEFORE    200
#define CALLS_BESIDE    600
#define PROGRESS_MS     40000 /* a deadline, no measure: how many were late is what is counted */
#define LATE_PER_CLIENT 3 /* one that it had; those that were given to it again while nobody had noticed */

static struct harness h;
static struct scene scene;

static void one_of_two_stands_still(void **state)
{
    (void)state;
    scene_start(&scene, &h, ACCOUNTS, CLIENTS);
    assert_true(load_progress(scene.load, CALLS_BEFORE, PROGRESS_MS));
    program_signal(&h.ledgers[0], SIGSTOP);
    int64_t stopped_ms = clock_monotonic_ms();
    bool goes_on = load_progress(scene.load, CALLS_BESIDE, PROGRESS_MS);
    (void)fprintf(stderr, "%d calls beside the stopped one in %lld ms\n", CALLS_BESIDE,
                  (long long)(clock_monotonic_ms() - stopped_ms));
    program_signal(&h.ledgers[0], SIGCONT);
    assert_true(goes_on);
    assert_true(load_progress(scene.load, CALLS_BEFORE, PROGRESS_MS));
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
    scene_finish(&scene, &h, "one of two ledger-svc stopped");
    assert_int_equal(scene.report.server_errors, 0);
    assert_in_range(scene.report.late, 0, CLIENTS * LATE_PER_CLIENT);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_of_two_stands_still)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.ledgers = 2}, run);
}
