/* test_recon_projection.c - balances made of events alone are those of the ledger, whatever happens to
   recon-svc and to the stream; an account of which both do not say the same is named within a minute, without
   a run that is due. */
#include <signal.h>
#include <string.h>

#include "tests/e2e/api.h"
#include "tests/e2e/cast.h"
#include "tests/e2e/scene.h"
#include "tests/support/database.h"
#include "tests/support/process.h"

#define CAUGHT_UP_MS 60000
#define MINUTE_MS    60000
#define KILLS        3
#define KILL_MS      1500
#define OFTEN        100
/* Accounts with entries that the projection does not have, or not right. */
#define OFF                                                                                                  \
    "select count(*) from paybus.accounts a left join paybus.reconcile_projection p on p.account_id = a.id " \
    "where a.version > 0 and (p.version is distinct from a.version "                                         \
    "or p.posted is distinct from a.credits_posted - a.debits_posted)"

static struct harness h;
static PGconn *postgres; /* the superuser */
static struct scene scene;
static char mismatch[] = "projection_mismatch";

static int64_t number(const char *sql)
{
    return strtoll(database_value(postgres, sql), NULL, 10);
}

static bool has_caught_up(void *context)
{
    (void)context;
    return number(OFF) == 0 && number("select count(*) from paybus.reconcile_ahead") == 0;
}

static void superuser(const char *sql)
{
    database_exec(postgres, "set session_replication_role = replica");
    database_exec(postgres, sql);
}

/* recon-svc is killed among it: what was consumed and not acknowledged comes again. */
static void follows_the_ledger(void **state)
{
    (void)state;
    scene_start(&scene, &h, 6, 4);
    for (int i = 0; i < KILLS; i++) {
        pause_ms(KILL_MS);
        (void)program_stop(&h.recons[0], SIGKILL, CAUGHT_UP_MS);
        program_start(&h.recons[0]);
    }
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
    scene_finish(&scene, &h, "projection");
    assert_true(eventually(has_caught_up, NULL, CAUGHT_UP_MS));
    assert_int_equal(number("select count(*) from paybus.reconcile_anomalies"), 0);
}

/* recon-svc is killed with a second of one account's events in hand; they come again. */
static void what_was_only_gathered_comes_again(void **state)
{
    (void)state;
    if (!PAYBUS_CRASH_POINTS)
        skip();
    assert_int_equal(program_stop(&h.recons[0], SIGTERM, CAUGHT_UP_MS), 0);
    int ends = program_ends(&h.recons[0]);
    for (int i = 0; i < OFTEN; i++)
        harness_deposit(&h, scene.accounts[0], "EUR", 1);
    program_set(&h.recons[0], "PAYBUS_CRASH_POINT", "%s", "projection_gathered:1");
    program_start(&h.recons[0]);
    assert_true(program_wait_ends(&h.recons[0], ends + 1, CAUGHT_UP_MS));
    assert_true(number(OFF) > 0);
    program_set(&h.recons[0], "PAYBUS_CRASH_POINT", "%s", "");
    program_start(&h.recons[0]);
    assert_true(eventually(has_caught_up, NULL, CAUGHT_UP_MS));
    assert_int_equal(number("select count(*) from paybus.reconcile_anomalies"), 0);
}

/* The stream with all its consumers is gone and is made again: each event comes once more. */
static void a_new_stream_counts_nothing_twice(void **state)
{
    (void)state;
    servers_nats_kill(&h.nats);
    servers_nats_wipe(&h.nats);
    servers_nats_start(&h.nats);
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
    harness_deposit(&h, scene.accounts[0], "EUR", 5);
    assert_true(eventually(has_caught_up, NULL, CAUGHT_UP_MS));
    assert_int_equal(number("select count(*) from paybus.reconcile_anomalies"), 0);
}

static bool is_named(void *code)
{
    char sql[256];
    (void)snprintf(sql, sizeof sql,
                   "select count(*) from paybus.reconcile_anomalies where code = '%s' and state = 'open' "
                   "and object = '%s'",
                   (const char *)code, scene.accounts[1]);
    return number(sql) == 1;
}

static bool is_gone(void *code)
{
    return !is_named(code);
}

/* Of scene.accounts[1]: what its counter and its last entry say is raised by so much. */
static void move_balance(const char *by, bool with_entry)
{
    char sql[512];
    (void)snprintf(sql, sizeof sql,
                   "update paybus.accounts set credits_posted = credits_posted + %s "
                   "where api.typeid('acct', id) = '%s'",
                   by, scene.accounts[1]);
    superuser(sql);
    (void)snprintf(
        sql, sizeof sql,
        "update paybus.entries e set balance_after = balance_after + %s from paybus.accounts a "
        "where api.typeid('acct', a.id) = '%s' and e.account_id = a.id and e.account_version = a.version",
        by, scene.accounts[1]);
    if (with_entry)
        superuser(sql);
}

/* Money came from nowhere, and the next entry goes on from there; the next run is an hour away. */
static void a_break_is_named(void **state)
{
    (void)state;
    move_balance("3", false);
    harness_deposit(&h, scene.accounts[1], "EUR", 5);
    assert_true(eventually(is_named, mismatch, MINUTE_MS));
    move_balance("-3", true);
    harness_deposit(&h, scene.accounts[1], "EUR", 5);
    assert_true(eventually(has_caught_up, NULL, CAUGHT_UP_MS));
    assert_int_equal(program_stop(&h.recons[0], SIGTERM, CAUGHT_UP_MS), 0);
    superuser("update paybus.reconcile_runs set finished_at = finished_at - interval '2 hours'");
    program_start(&h.recons[0]);
    assert_true(eventually(is_gone, mismatch, MINUTE_MS));
    assert_false(program_logged(&h.recons[0], "Permissions Violation"));
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_the_ledger),
        cmocka_unit_test(what_was_only_gathered_comes_again),
        cmocka_unit_test(a_new_stream_counts_nothing_twice),
        cmocka_unit_test(a_break_is_named),
    };
    const struct database database = {.postgres = h.postgres};
    postgres = database_connect(&database, "postgres");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    PQfinish(postgres);
    return failed;
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.recons = 1, .recon_seconds = 3600}, run);
}
