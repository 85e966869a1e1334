/* test_drain.c - SIGTERM under load: what is in hand is finished, the process exits 0 within 10 s, and a
   client that retries sees no failed request. */
#include <signal.h>

#include "shared/core/clock.h"
#include "tests/e2e/scene.h"

#define CLIENTS       8
#define CALLS_BETWEEN 60
#define PROGRESS_MS   15000
#define DRAIN_MS      10000

static struct harness h;
static struct scene scene;

static void drain(struct program *p)
{
    int64_t start_ms = clock_monotonic_ms();
    assert_int_equal(program_stop(p, SIGTERM, DRAIN_MS), 0);
    (void)fprintf(stderr, "%s drained in %lld ms\n", p->name, (long long)(clock_monotonic_ms() - start_ms));
}

static void start_again(struct program *p)
{
    program_start(p);
    assert_true(program_wait_ready(p, HARNESS_READY_MS));
}

/* Two instances: one after the other leaves and comes back. Nobody even has to retry. */
static void one_of_two_ledgers(void **state)
{
    (void)state;
    scene_start(&scene, &h, 4, CLIENTS);
    for (int i = 0; i < h.ledger_count; i++) {
        assert_true(load_progress(scene.load, CALLS_BETWEEN, PROGRESS_MS));
        drain(&h.ledgers[i]);
        assert_true(load_progress(scene.load, CALLS_BETWEEN, PROGRESS_MS));
        start_again(&h.ledgers[i]);
    }
    scene_finish(&scene, &h, "one of two ledger-svc drained");
    assert_int_equal(scene.report.server_errors, 0);
}

static void the_only_ledger(void **state)
{
    (void)state;
    drain(&h.ledgers[1]);
    scene_start(&scene, &h, 4, CLIENTS);
    for (int i = 0; i < 2; i++) {
        assert_true(load_progress(scene.load, CALLS_BETWEEN, PROGRESS_MS));
        drain(&h.ledgers[0]);
        start_again(&h.ledgers[0]);
    }
    scene_finish(&scene, &h, "the only ledger-svc drained");
    start_again(&h.ledgers[1]);
}

static void each_ingress(void **state)
{
    (void)state;
    scene_start(&scene, &h, 4, CLIENTS);
    for (int i = 0; i < h.ingress_count; i++) {
        assert_true(load_progress(scene.load, CALLS_BETWEEN, PROGRESS_MS));
        drain(&h.ingresses[i]);
        assert_true(load_progress(scene.load, CALLS_BETWEEN, PROGRESS_MS));
        start_again(&h.ingresses[i]);
    }
    scene_finish(&scene, &h, "each ingress drained");
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_of_two_ledgers),
        cmocka_unit_test(the_only_ledger),
        cmocka_unit_test(each_ingress),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.ledgers = 2, .ingresses = 2}, run);
}
