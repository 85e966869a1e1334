/* test_recon_coverage.c - what a run did not look at is not called right: one that a transaction keeps from
   what is new says so, in its report, its exit code and the metrics; and a full one, which may last for long,
   lets incremental ones through. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "tests/e2e/api.h"
#include "tests/e2e/chain.h"
#include "tests/e2e/recon.h"
#include "tests/e2e/scene.h"
#include "tests/support/database.h"
#include "tests/support/process.h"

#define SOON_MS  60000
#define STOP_MS  10000
#define SETTLE_S 1
#define BEHIND_S 2
#define BLOCKS   15 /* as many steps of a full run */
#define PARTIAL  "paybus_recon_runs_total{mode=\"incremental\",result=\"partial\"}"
#define SUCCESS  "paybus_recon_last_success_timestamp_seconds"

static struct harness h;
static struct api api;
static struct database database; /* only to connect */
static char account[TYPEID_TEXT_SIZE];

static bool last_run_saw_all(void *context)
{
    (void)context;
    return api_get(&api, "/v1/reconcile/latest") == 200 && json_is_true(api_at(&api, "coverage.complete")) &&
           api_int(&api, "coverage.seq") >= api_int(&api, "coverage.newest_seq");
}

static bool runs_are_partial(void *recon)
{
    return program_metric(recon, PARTIAL) >= 2;
}

static bool success_moves(void *recon)
{
    static int64_t before;
    int64_t now = program_metric(recon, SUCCESS);
    before = before == 0 ? now : before;
    return now > before;
}

static bool is_behind(void *recon)
{
    return program_metric(recon, "paybus_recon_watermark_lag_seconds") >= BEHIND_S &&
           program_metric(recon, "paybus_recon_runs_missed") >= 2;
}

/* As the figures of a demonstration have it. */
static void read_last_reconcile(char ret[40])
{
    assert_int_equal(api_get(&api, "/v1/demo/stats"), 200);
    (void)snprintf(ret, 40, "%s", api_string(&api, "last_reconcile_at"));
}

/* A transaction with a number of its own, as one that writes: nobody knows what it will have written. */
static PGconn *begin_writing(void)
{
    PGconn *conn = database_connect(&database, "postgres");
    database_exec(conn, "begin");
    database_exec(conn, "select pg_current_xact_id()");
    return conn;
}

static void what_is_not_settled_is_no_success(void **state)
{
    (void)state;
    struct program *recon = &h.recons[0];
    harness_deposit(&h, account, "EUR", 1000);
    assert_true(eventually(last_run_saw_all, NULL, SOON_MS));
    PGconn *writing = begin_writing();
    harness_deposit(&h, account, "EUR", 1);
    assert_true(eventually(runs_are_partial, recon, SOON_MS));
    int64_t success = program_metric(recon, SUCCESS);
    char told[40], told_again[40];
    read_last_reconcile(told);
    assert_int_equal(recon_once_free(&h, "paybus", false), 4);
    assert_int_equal(recon_once_free(&h, "paybus", true), 4);
    assert_int_equal(api_get(&api, "/v1/reconcile/latest"), 200);
    assert_string_equal(api_string(&api, "status"), "completed");
    assert_true(json_is_false(api_at(&api, "coverage.complete")));
    assert_true(api_int(&api, "coverage.seq") < api_int(&api, "coverage.newest_seq"));
    assert_true(api_int(&api, "coverage.seq") > 0);
    assert_true(eventually(is_behind, recon, SOON_MS));
    assert_int_equal(program_metric(recon, SUCCESS), success);
    read_last_reconcile(told_again);
    assert_string_equal(told_again, told);
    PQfinish(writing);
    assert_true(eventually(last_run_saw_all, NULL, SOON_MS));
    assert_true(eventually(success_moves, recon, SOON_MS));
    assert_int_equal(recon_once_free(&h, "paybus", true), 0);
}

static void superuser(const char *sql)
{
    PGconn *conn = database_connect(&database, "postgres");
    database_exec(conn, "set session_replication_role = replica");
    database_exec(conn, sql);
    PQfinish(conn);
}

static bool full_run_is_under_way(void *conn)
{
    return strcmp(database_value(conn, "select count(*) from paybus.reconcile_runs where mode = 'full' and "
                                       "state = 'running'"),
                  "1") == 0;
}

static bool something_is_open(void *conn)
{
    return *recon_open(conn) != '\0';
}

static bool tells_what_is_open(void *recon)
{
    return program_metric(recon, "paybus_recon_anomalies{code=\"credits_mismatch\",severity=\"critical\"}") ==
           1;
}

static void a_break_shows_before_a_full_run_ends(void **state)
{
    (void)state;
    struct program *recon = &h.recons[0];
    PGconn *conn = database_connect(&database, "postgres");
    for (int i = 0; i < BLOCKS; i++) {
        harness_deposit(&h, account, "EUR", 1);
        assert_true(eventually(chain_is_sealed, &h, SOON_MS));
    }
    assert_int_equal(program_stop(recon, SIGTERM, STOP_MS), 0);
    superuser("update paybus.reconcile_runs set finished_at = finished_at - interval '2 days'");
    program_set(recon, "PAYBUS_RECON_LOAD_PERCENT", "1");
    program_start(recon);
    assert_true(eventually(full_run_is_under_way, conn, SOON_MS));
    superuser("update paybus.accounts set credits_posted = credits_posted + 5 where type = 'user'");
    harness_deposit(&h, account, "EUR", 1);
    assert_true(eventually(something_is_open, conn, SOON_MS));
    assert_true(eventually(tells_what_is_open, recon, SOON_MS));
    assert_true(full_run_is_under_way(conn));
    assert_int_equal(program_stop(recon, SIGTERM, STOP_MS), 0);
    PQfinish(conn);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_settled_is_no_success),
        cmocka_unit_test(a_break_shows_before_a_full_run_ends),
    };
    database.postgres = h.postgres;
    api_open(&api, &h, 0);
    harness_open_account(&h, "EUR", account);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&api);
    return failed;
}

int main(void)
{
    return scene_main(
        &h, &(struct harness_options){.recons = 1, .recon_seconds = 1, .recon_settle_seconds = SETTLE_S},
        run);
}
