/* soak_random_faults.c - everything at once for PAYBUS_SOAK_SECONDS: two of each service under load while
   processes are killed, stopped and drained and connections are cut, slowed and robbed of COMMIT reports, in
   an order that a seed decides. At the end the money is right and every client saw latency at most. */
#include <signal.h>
#include <stdlib.h>

#include "shared/core/clock.h"
#include "shared/core/parse.h"
#include "tests/e2e/scene.h"
#include "tests/support/process.h"

#define CLIENTS           16
#define ACCOUNTS          8
#define SECONDS_DEFAULT   120
#define FAULT_MS_MAX      1500
#define LONG_FAULT_MS_MAX 8000 /* longer than any timeout of ours */
#define LONG_ONE_IN       8
#define CALM_CALLS_MAX    300
#define PROGRESS_MS       30000
#define BACK_MS           15000
#define FILES_PER_PROGRAM 200

static struct harness h;
static struct scene scene;
static unsigned seed;

static int below(int limit)
{
    return (int)((unsigned)rand_r(&seed) % (unsigned)limit);
}

static struct program *any_ledger(void)
{
    return &h.ledgers[below(h.ledger_count)];
}

static struct program *any_ingress(void)
{
    return &h.ingresses[below(h.ingress_count)];
}

static void some_time(void)
{
    /* how long the fault lasts */
    pause_ms(1 + below(below(LONG_ONE_IN) == 0 ? LONG_FAULT_MS_MAX : FAULT_MS_MAX));
}

static void kill_ledger(void)
{
    program_signal(any_ledger(), SIGKILL);
}

static void kill_ingress(void)
{
    program_signal(any_ingress(), SIGKILL);
}

static void drain_ledger(void)
{
    program_signal(any_ledger(), SIGTERM);
}

static void drain_ingress(void)
{
    program_signal(any_ingress(), SIGTERM);
}

static void stop_for_a_while(void)
{
    struct program *p = below(2) == 0 ? any_ledger() : any_ingress();
    program_signal(p, SIGSTOP);
    some_time();
    program_signal(p, SIGCONT);
}

static void kill_nats(void)
{
    servers_nats_kill(&h.nats);
    some_time();
    servers_nats_start(&h.nats);
}

static void freeze_nats(void)
{
    servers_nats_freeze(&h.nats);
    some_time();
    servers_nats_thaw(&h.nats);
}

static void stop_postgres(void)
{
    servers_postgres_stop(&h.postgres, (enum servers_stop_mode)below(SERVERS_STOP_KILL + 1));
    some_time();
    servers_postgres_start(&h.postgres);
}

static void swallow_commits(void)
{
    fault_proxy_swallow_commits(h.database_proxy, 1 + below(4));
}

static void fault_database_line(void)
{
    fault_proxy_set(h.database_proxy, (enum fault)(FAULT_DELAY + below(FAULT_DEAF)), 30);
    some_time();
    fault_proxy_set(h.database_proxy, FAULT_NONE, 0);
}

static void fault_bus_line(void)
{
    fault_proxy_set(h.bus_proxy, (enum fault)(FAULT_DELAY + below(FAULT_DEAF)), 30);
    some_time();
    fault_proxy_set(h.bus_proxy, FAULT_NONE, 0);
}

static void kill_everything(void)
{
    for (int i = 0; i < h.ledger_count; i++)
        program_signal(&h.ledgers[i], SIGKILL);
    for (int i = 0; i < h.ingress_count; i++)
        program_signal(&h.ingresses[i], SIGKILL);
    servers_nats_kill(&h.nats);
    servers_postgres_stop(&h.postgres, SERVERS_STOP_IMMEDIATE);
    servers_postgres_start(&h.postgres);
    servers_nats_start(&h.nats);
}

static const struct {
    const char *name;
    void (*happen)(void);
} faults[] = {
    {"kill ledger-svc", kill_ledger},
    {"kill ingress", kill_ingress},
    {"drain ledger-svc", drain_ledger},
    {"drain ingress", drain_ingress},
    {"stop a process", stop_for_a_while},
    {"kill nats-server", kill_nats},
    {"freeze nats-server", freeze_nats},
    {"stop PostgreSQL", stop_postgres},
    {"swallow COMMIT reports", swallow_commits},
    {"fault the database line", fault_database_line},
    {"fault the bus line", fault_bus_line},
    {"kill everything", kill_everything},
};

static int64_t soak_seconds(void)
{
    int64_t seconds = SECONDS_DEFAULT;
    const char *text = getenv("PAYBUS_SOAK_SECONDS");
    if (text != NULL && parse_int64(str_of(text), 1, 86400, &seconds) != STATUS_OK)
        servers_fail("PAYBUS_SOAK_SECONDS: %s is not a number of seconds", text);
    return seconds;
}

static void choose_seed(void)
{
    int64_t value = clock_unix_us() % 1000000;
    const char *text = getenv("PAYBUS_SOAK_SEED");
    if (text != NULL && parse_int64(str_of(text), 0, UINT32_MAX, &value) != STATUS_OK)
        servers_fail("PAYBUS_SOAK_SEED: %s is not a seed", text);
    seed = (unsigned)value;
    (void)fprintf(stderr, "PAYBUS_SOAK_SEED=%u\n", seed);
}

static void random_faults(void **state)
{
    (void)state;
    int64_t end_ms = clock_monotonic_ms() + soak_seconds() * 1000;
    harness_keep_all(&h, true);
    scene_start(&scene, &h, ACCOUNTS, CLIENTS);
    while (clock_monotonic_ms() < end_ms) {
        size_t i = (size_t)below((int)(sizeof faults / sizeof faults[0]));
        int64_t start_ms = clock_monotonic_ms();
        faults[i].happen();
        int64_t healed_ms = clock_monotonic_ms();
        bool back = load_progress(scene.load, CLIENTS, BACK_MS);
        (void)fprintf(stderr, "%-24s for %5lld ms, back after %5lld ms\n", faults[i].name,
                      (long long)(healed_ms - start_ms), (long long)(clock_monotonic_ms() - healed_ms));
        assert_true(back);
        assert_true(load_progress(scene.load, 1 + below(CALM_CALLS_MAX), PROGRESS_MS));
    }
    assert_true(harness_wait_ready(&h, BACK_MS));
    for (int i = 0; i < h.ledger_count; i++)
        assert_in_range(program_open_files(&h.ledgers[i]), 1, FILES_PER_PROGRAM);
    scene_finish(&scene, &h, "random faults");
}

static int run(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_faults)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    choose_seed();
    return scene_main(
        &h,
        &(struct harness_options){.ledgers = 2, .ingresses = 2, .database_proxy = true, .bus_proxy = true},
        run);
}
