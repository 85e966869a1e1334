/* test_stalled_sessions.c - which sessions of ledger-svc are ended because their process has stopped, and
   which are not, however long they take. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ledger-svc/store/session.h"
#include "shared/core/clock.h"
#include "tests/support/database.h"
#include "tests/support/half_pipeline.h"
#include "tests/support/process.h"

#define LEDGER       "paybus_ledger"
#define SERVICE      "ledger-svc"
#define STALLED_MS   1250
#define MOMENT_MS    50
#define NOT_LATER_MS 15000 /* a busy machine */
#define LOCK         "select pg_advisory_xact_lock(4711)"

static struct database database;

/* Sessions that never read nor send more than this. */
struct guest {
    const char *name, *role, *application_name, *sql;
    bool is_stalled;
    PGconn *conn;
};
static struct guest guests[] = {
    {"another role", "paybus_ingress", SERVICE, "select 1", false, NULL},
    {"another program", LEDGER, "psql", "select 1", false, NULL},
    {"executes", LEDGER, SERVICE, "select pg_sleep(60)", false, NULL},
    {"waits for a lock", LEDGER, SERVICE, LOCK, false, NULL},
    {"stopped sending", LEDGER, SERVICE, "select 1", true, NULL},
    {"stopped reading", LEDGER, SERVICE, "select repeat('x', 1048576) from generate_series(1, 64)", true,
     NULL},
};
#define GUESTS (sizeof guests / sizeof guests[0])

struct look {
    struct db *db;
    PGconn *superuser;
    PGconn *slow; /* says something between two looks */
    int64_t ended;
};

static bool is_there(const struct look *look, PGconn *conn)
{
    char sql[96];
    (void)snprintf(sql, sizeof sql, "select count(*) from pg_stat_activity where pid = %d",
                   PQbackendPID(conn));
    return strcmp(database_value(look->superuser, sql), "0") != 0;
}

/* Looks once more; one that is ended may take a moment to go, and is counted again then. */
static bool stalled_are_gone(void *context)
{
    struct look *look = context;
    int64_t ended = 0, there = 0;
    half_pipeline_send(look->slow, "select 1");
    assert_int_equal(store_end_stalled(look->db, &ended), STATUS_OK);
    look->ended += ended;
    for (size_t i = 0; i < GUESTS; i++)
        there += guests[i].is_stalled && is_there(look, guests[i].conn);
    return there == 0;
}

static struct db *open_ledger(void)
{
    static char url[DATABASE_URL_SIZE]; /* both are borrowed by the connection */
    static struct db_options options;
    (void)snprintf(url, sizeof url, "host=127.0.0.1 port=%d user=%s dbname=paybus", database.postgres.port,
                   LEDGER);
    options = store_session_options(url);
    struct db *db = NULL;
    assert_int_equal(db_open(&options, &db), STATUS_OK);
    return db;
}

static void test_only_the_stalled(void **state)
{
    (void)state;
    int port = database.postgres.port;
    struct look look = {.db = open_ledger(), .superuser = database_connect(&database, "postgres")};
    PGconn *idle = database_connect(&database, LEDGER);
    database_exec(idle, "set application_name = '" SERVICE "'; begin");
    database_exec(idle, LOCK);
    look.slow = half_pipeline_open(port, LEDGER, SERVICE, "select 1");
    int64_t start_ms = clock_monotonic_ms();
    for (struct guest *g = guests; g < guests + GUESTS; g++)
        g->conn = half_pipeline_open(port, g->role, g->application_name, g->sql);
    assert_true(eventually(stalled_are_gone, &look, NOT_LATER_MS));
    assert_in_range(clock_monotonic_ms() - start_ms, STALLED_MS, NOT_LATER_MS);
    assert_in_range(look.ended, 2, INT32_MAX);
    for (size_t i = 0; i < GUESTS; i++) {
        if (is_there(&look, guests[i].conn) == guests[i].is_stalled)
            fail_msg("%s: %s", guests[i].name, guests[i].is_stalled ? "still there" : "ended");
        PQfinish(guests[i].conn);
    }
    assert_true(is_there(&look, look.slow));
    database_exec(idle, "commit");
    PQfinish(look.slow);
    PQfinish(look.superuser);
    PQfinish(idle);
    db_close(look.db);
}

/* A healthy session whose statement takes long: its process is at once ready to send the next, but for a
   moment PostgreSQL waits for it as it would for one that stopped. */
struct slow_session {
    PGconn *conn;
    atomic_bool has_gone_on;
};

static void *go_on_after_a_moment(void *context)
{
    struct slow_session *slow = context;
    half_pipeline_wait(slow->conn);
    pause_ms(MOMENT_MS); /* what it takes to send a large batch */
    half_pipeline_send(slow->conn, "select 1");
    atomic_store(&slow->has_gone_on, true);
    return NULL;
}

static void test_a_slow_one_is_left_alone(void **state)
{
    (void)state;
    pthread_t thread;
    struct slow_session slow = {
        .conn = half_pipeline_open(database.postgres.port, LEDGER, SERVICE, "select pg_sleep(1.5)")};
    struct look look = {.db = open_ledger(), .superuser = database_connect(&database, "postgres")};
    assert_int_equal(pthread_create(&thread, NULL, go_on_after_a_moment, &slow), 0);
    while (!atomic_load(&slow.has_gone_on)) {
        int64_t ended = 0;
        assert_int_equal(store_end_stalled(look.db, &ended), STATUS_OK);
        assert_int_equal(ended, 0);
    }
    (void)pthread_join(thread, NULL);
    assert_true(is_there(&look, slow.conn));
    PQfinish(slow.conn);
    PQfinish(look.superuser);
    db_close(look.db);
}

static int set_up(void **state)
{
    (void)state;
    database_create_migrated(&database);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    database_destroy(&database);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_the_stalled),
        cmocka_unit_test(test_a_slow_one_is_left_alone),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
