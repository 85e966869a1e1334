/* test_crash_others.c - kill -9 of ingress and nats-server and an immediate stop of PostgreSQL, under load.
   They come back; nothing is restarted by hand beside them; clients that retry see nothing but latency. */
#include <signal.h>

#include "e2e_statements.h"
#include "shared/core/clock.h"
#include "tests/e2e/scene.h"

#define CLIENTS          8
#define ROUNDS           3
#define CALLS_BETWEEN    60
#define PROGRESS_MS      15000
#define BACK_MS          5000
#define BACK_DATABASE_MS 10000 /* crash recovery included */

static struct harness h;
static struct scene scene;

static void ingress_killed(void **state)
{
    (void)state;
    harness_keep_all(&h, true);
    scene_start(&scene, &h, 4, CLIENTS);
    for (int i = 0; i < ROUNDS * 2; i++) {
        struct program *p = &h.ingresses[i % 2];
        assert_true(load_progress(scene.load, CALLS_BETWEEN, PROGRESS_MS));
        int ends = program_ends(p);
        program_signal(p, SIGKILL);
        assert_true(program_wait_ends(p, ends + 1, PROGRESS_MS));
        assert_true(load_progress(scene.load, 1, BACK_MS));
        assert_true(program_wait_ready(p, BACK_MS));
    }
    scene_finish(&scene, &h, "ingress killed");
}

static int all_ends(void)
{
    int ends = 0;
    for (int i = 0; i < h.ledger_count; i++)
        ends += program_ends(&h.ledgers[i]);
    for (int i = 0; i < h.ingress_count; i++)
        ends += program_ends(&h.ingresses[i]);
    return ends;
}

static void nats_killed(void **state)
{
    (void)state;
    int ends = all_ends();
    scene_start(&scene, &h, 4, CLIENTS);
    for (int i = 0; i < ROUNDS; i++) {
        assert_true(load_progress(scene.load, CALLS_BETWEEN, PROGRESS_MS));
        servers_nats_kill(&h.nats);
        servers_nats_start(&h.nats);
        assert_true(load_progress(scene.load, CLIENTS + 1, BACK_MS));
    }
    scene_finish(&scene, &h, "nats-server killed");
    assert_int_equal(all_ends(), ends);
}

static void postgres_stopped(void **state)
{
    (void)state;
    static const enum servers_stop_mode modes[] = {SERVERS_STOP_IMMEDIATE, SERVERS_STOP_KILL,
                                                   SERVERS_STOP_FAST};
    int ends = all_ends();
    scene_start(&scene, &h, 4, CLIENTS);
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        assert_true(load_progress(scene.load, CALLS_BETWEEN, PROGRESS_MS));
        servers_postgres_stop(&h.postgres, modes[i]);
        servers_postgres_start(&h.postgres);
        assert_true(load_progress(scene.load, CLIENTS + 1, BACK_DATABASE_MS));
    }
    scene_finish(&scene, &h, "PostgreSQL stopped");
    assert_int_equal(all_ends(), ends);
}

/* pg_terminate_backend of whatever ledger-svc is doing, again and again. */
static void sessions_ended(void **state)
{
    (void)state;
    int ends = all_ends();
    scene_start(&scene, &h, 4, CLIENTS);
    for (int i = 0; i < ROUNDS * 5; i++) {
        assert_true(load_progress(scene.load, CALLS_BETWEEN / 2, PROGRESS_MS));
        harness_do(&h, (const int[]){E2E_SQL_END_LEDGER_SESSIONS}, 1);
    }
    scene_finish(&scene, &h, "sessions ended");
    assert_int_equal(all_ends(), ends);
    assert_int_equal(scene.report.server_errors, 0);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ingress_killed),
        cmocka_unit_test(nats_killed),
        cmocka_unit_test(postgres_stopped),
        cmocka_unit_test(sessions_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.ledgers = 1, .ingresses = 2}, run);
}
