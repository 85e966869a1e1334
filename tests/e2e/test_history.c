/* test_history.c - 32 clients ask two ingress and two ledger-svc for everything at once while ledger-svc is
   killed and PostgreSQL stopped; then every answer is held against the books by a replay (replay.h). */
#include <signal.h>

#include "shared/core/clock.h"
#include "tests/e2e/scene.h"
#include "tests/e2e/trial.h"

#define CLIENTS       32
#define FAULTS        4
#define CALLS_BETWEEN 300
#define PROGRESS_MS   60000

static struct harness h;
static struct trial trial;

struct crowd {
    const char *name;
    int accounts;
};

static void fault(int number)
{
    if (number % 2 == 0) {
        program_signal(&h.ledgers[number / 2 % 2], SIGKILL);
    } else {
        servers_postgres_stop(&h.postgres, SERVERS_STOP_IMMEDIATE);
        servers_postgres_start(&h.postgres);
    }
}

static void everything_at_once(void **state)
{
    const struct crowd *crowd = *state;
    unsigned seed = (unsigned)clock_monotonic_us();
    (void)fprintf(stderr, "%s: seed %u\n", crowd->name, seed);
    harness_keep_all(&h, true);
    trial_start(&trial, &(struct mix_options){
                            .harness = &h, .accounts = crowd->accounts, .clients = CLIENTS, .seed = seed});
    for (int i = 0; i < FAULTS; i++) {
        assert_true(mix_progress(trial.mix, CALLS_BETWEEN, PROGRESS_MS));
        fault(i);
    }
    assert_true(mix_progress(trial.mix, CALLS_BETWEEN, PROGRESS_MS));
    assert_int_equal(trial_finish(&trial, stderr), 0);
    assert_int_equal(money_check(&h, NULL), 0);
}

static int run(void)
{
    static struct crowd few = {"few accounts", 5}, many = {"many accounts", 80};
    const struct CMUnitTest tests[] = {
        {"few accounts", everything_at_once, NULL, NULL, &few},
        {"many accounts", everything_at_once, NULL, NULL, &many},
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return scene_main(
        &h, &(struct harness_options){.ledgers = 2, .ingresses = 2, .slice_transfers = MIX_SLICE}, run);
}
