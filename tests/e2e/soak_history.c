/* soak_history.c - test_history.c for PAYBUS_SOAK_SECONDS: round after round on few and on many accounts,
   ledger-svc killed and PostgreSQL stopped at random, every round replayed against the books. */
#include <signal.h>
#include <stdlib.h>

#include "shared/core/clock.h"
#include "shared/core/parse.h"
#include "tests/e2e/scene.h"
#include "tests/e2e/trial.h"

#define CLIENTS         32
#define SECONDS_DEFAULT 120
#define FAULTS          8
#define FEW             4
#define MANY            200
#define CALLS_MIN       50
#define CALLS_MAX       600
#define PROGRESS_MS     60000

static struct harness h;
static struct trial trial;

static int64_t number_of(const char *variable, int64_t fallback)
{
    int64_t value = fallback;
    const char *text = getenv(variable);
    if (text != NULL && parse_int64(str_of(text), 0, UINT32_MAX, &value) != STATUS_OK)
        servers_fail("%s: %s is no such number", variable, text);
    return value;
}

static int below(unsigned *seed, int limit)
{
    return (int)((unsigned)rand_r(seed) % (unsigned)limit);
}

static void fault(unsigned *seed)
{
    if (below(seed, 3) > 0) {
        program_signal(&h.ledgers[below(seed, h.ledger_count)], SIGKILL);
        return;
    }
    servers_postgres_stop(&h.postgres, SERVERS_STOP_IMMEDIATE);
    servers_postgres_start(&h.postgres);
}

static void one_round(unsigned *seed)
{
    struct mix_options options = {.harness = &h,
                                  .accounts = below(seed, 2) == 0 ? FEW : MANY,
                                  .clients = CLIENTS,
                                  .seed = (unsigned)rand_r(seed)};
    trial_start(&trial, &options);
    for (int i = 0; i < FAULTS; i++) {
        assert_true(mix_progress(trial.mix, CALLS_MIN + below(seed, CALLS_MAX), PROGRESS_MS));
        fault(seed);
    }
    assert_true(mix_progress(trial.mix, CALLS_MIN, PROGRESS_MS));
    assert_int_equal(trial_finish(&trial, stderr), 0);
}

static void round_after_round(void **state)
{
    (void)state;
    unsigned seed = (unsigned)number_of("PAYBUS_SOAK_SEED", clock_unix_us() % 1000000);
    int64_t end_ms = clock_monotonic_ms() + number_of("PAYBUS_SOAK_SECONDS", SECONDS_DEFAULT) * 1000;
    (void)fprintf(stderr, "PAYBUS_SOAK_SEED=%u\n", seed);
    harness_keep_all(&h, true);
    while (clock_monotonic_ms() < end_ms)
        one_round(&seed);
    assert_int_equal(money_check(&h, NULL), 0);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(round_after_round)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return scene_main(
        &h, &(struct harness_options){.ledgers = 2, .ingresses = 2, .slice_transfers = MIX_SLICE}, run);
}
