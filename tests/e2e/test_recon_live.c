/* test_recon_live.c - books that are written to all the time raise nothing: clients ask for everything at
   once, ledger-svc is killed in between, and runs follow each other. A run that is killed is known as
   aborted, and the next one comes through. PAYBUS_RECON_SECONDS sets how long (20); make soak takes ten
   minutes. */
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "shared/core/clock.h"
#include "tests/e2e/chain.h"
#include "tests/e2e/mix.h"
#include "tests/e2e/recon.h"
#include "tests/e2e/scene.h"
#include "tests/support/database.h"
#include "tests/support/process.h"

#define DEFAULT_SECONDS 20
#define CLIENTS         8
#define ACCOUNTS        12
#define RUNS_PER_KILL   4
#define SLOW_PERCENT    3
#define SEALED_MS       60000

static struct harness h;
static struct database database; /* only to connect */

static int64_t seconds_wanted(void)
{
    const char *text = getenv("PAYBUS_RECON_SECONDS");
    return text != NULL ? strtol(text, NULL, 10) : DEFAULT_SECONDS;
}

static void expect_nothing(PGconn *conn, bool is_full)
{
    int code = recon_once(&h, "paybus", is_full);
    const char *open = recon_open(conn);
    if (code == 0 && *open == '\0')
        return;
    recon_print_log(&h);
    fail_msg("a%s run ends with %d: %s", is_full ? " full" : "n incremental", code, open);
}

static void live_books_raise_nothing(void **state)
{
    (void)state;
    struct call_log calls;
    PGconn *conn = database_connect(&database, "postgres");
    unsigned seed = (unsigned)clock_monotonic_us();
    print_message("seed %u\n", seed);
    harness_keep_all(&h, true);
    struct mix *mix = mix_open(
        &(struct mix_options){.harness = &h, .accounts = ACCOUNTS, .clients = CLIENTS, .seed = seed});
    mix_start(mix);
    int64_t end_ms = clock_monotonic_ms() + seconds_wanted() * 1000;
    for (int runs = 1; clock_monotonic_ms() < end_ms; runs++) {
        expect_nothing(conn, runs % 3 == 0);
        if (runs % RUNS_PER_KILL == 0)
            program_signal(&h.ledgers[runs / RUNS_PER_KILL % 2], SIGKILL);
    }
    assert_true(mix_stop(mix, &calls));
    expect_nothing(conn, false);
    expect_nothing(conn, true);
    call_log_free(&calls);
    PQfinish(conn);
}

static bool run_is_under_way(void *conn)
{
    return *database_value(conn, "select count(*) from paybus.reconcile_runs where state = 'running'") == '1';
}

static void a_killed_run_is_aborted(void **state)
{
    (void)state;
    PGconn *conn = database_connect(&database, "postgres");
    pid_t pid = recon_start(&h, "paybus", true, 1);
    assert_true(eventually(run_is_under_way, conn, 20000));
    assert_int_equal(recon_once(&h, "paybus", false), 3); /* another one is under way */
    assert_int_equal(process_stop(pid, SIGKILL, 10000, NULL), STATUS_OK);
    expect_nothing(conn, false);
    assert_string_equal(database_value(conn, "select state from paybus.reconcile_runs where mode = 'full' "
                                             "order by started_at desc limit 1"),
                        "aborted");
    pid = recon_start(&h, "paybus", true, 1);
    assert_true(eventually(run_is_under_way, conn, 20000));
    assert_int_equal(process_stop(pid, SIGTERM, 10000, NULL), STATUS_OK);
    assert_string_equal(
        database_value(conn, "select error from paybus.reconcile_runs where state = 'failed'"),
        "recon-svc was stopped");
    expect_nothing(conn, true);
    PQfinish(conn);
}

static void transfer_now(struct harness *stack)
{
    char account[TYPEID_TEXT_SIZE];
    harness_open_account(stack, "EUR", account);
    harness_deposit(stack, account, "EUR", 5);
}

/* A run that takes its time meets blocks that were sealed after it began. */
static void what_came_meanwhile_is_not_of_the_future(void **state)
{
    (void)state;
    int wait_status = 0;
    PGconn *conn = database_connect(&database, "postgres");
    pid_t pid = recon_start(&h, "paybus", true, SLOW_PERCENT);
    assert_true(eventually(run_is_under_way, conn, 20000));
    assert_true(getpriority(PRIO_PROCESS, (id_t)pid) > 0); /* it leaves the processors to others */
    transfer_now(&h);
    assert_true(eventually(chain_is_sealed, &h, SEALED_MS));
    assert_true(process_is_running(pid, &wait_status)); /* it had not come to its end */
    while (process_is_running(pid, &wait_status))
        pause_ms(20);
    assert_true(WIFEXITED(wait_status));
    assert_int_equal(WEXITSTATUS(wait_status), 0);
    assert_string_equal(recon_open(conn), "");
    PQfinish(conn);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(live_books_raise_nothing),
        cmocka_unit_test(what_came_meanwhile_is_not_of_the_future),
        cmocka_unit_test(a_killed_run_is_aborted),
    };
    database.postgres = h.postgres;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.ledgers = 2, .slice_transfers = MIX_SLICE}, run);
}
