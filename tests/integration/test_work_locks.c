/* test_work_locks.c - of several rows of work the first is locked by somebody else. Who waits for it holds
   none of the others, since all lock in the order of ids, in whatever order they were given them: two never
   wait for each other. Who leaves it alone waits for nobody, and has the others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "shared/io/db.h"
#include "tests/support/database.h"
#include "tests/support/process.h"
#include "webhook-svc/store/session.h"

#define WAIT_MS    5000
#define PARAMS_MAX 9
#define ROWS       4
#define FIRST      "00000000-0000-7000-8000-000000000001"
#define ONES       "{1,1,1,1}"

static const char backwards[] = "{00000000-0000-7000-8000-000000000004,00000000-0000-7000-8000-000000000003,"
                                "00000000-0000-7000-8000-000000000002,00000000-0000-7000-8000-000000000001}",
                  forwards[] = "{00000000-0000-7000-8000-000000000001,00000000-0000-7000-8000-000000000002,"
                               "00000000-0000-7000-8000-000000000003,00000000-0000-7000-8000-000000000004}",
                  nulls[] = "{null,null,null,null}";
static struct database database;
static PGconn *holder, *looker;

/* What each statement is given; two are given rows that the engine has sorted. */
static const struct {
    const char *statement, *state;
    bool waits;
    int count;
    const char *params[PARAMS_MAX];
} cases[] = {
    {"load_work", "received", false, 2, {backwards, "webhook"}},
    {"renew_leases", "processing", false, 4, {backwards, ONES, ONES, "30000"}},
    {"replay_work", "dead", true, 3, {backwards, "ann", "f"}},
    {"finish_work",
     "processing",
     false,
     9,
     {forwards, ONES, ONES, "{processed,processed,processed,processed}", "{0,0,0,0}", nulls, ONES,
      "{f,f,f,f}", "{f,f,f,f}"}},
    {"claim_begun_work", "received", false, 4, {forwards, ONES, "{2,2,2,2}", "30000"}},
};

/* Filled backwards, so that the table's own order is another one. */
static void fill(const char *state)
{
    char sql[512];
    (void)snprintf(sql, sizeof sql,
                   "delete from paybus.work; insert into paybus.work (id, kind, object_id, state, attempts, "
                   "lease_until, enqueued_at, updated_at, created_at) "
                   "select ('00000000-0000-7000-8000-00000000000' || n)::uuid, 'webhook', "
                   "gen_random_uuid(), '%s', 1, %s, now(), now(), now() "
                   "from generate_series(%d, 1, -1) n",
                   state, strcmp(state, "processing") == 0 ? "now() + interval '1 hour'" : "null", ROWS);
    database_exec(holder, sql);
}

static bool one_waits(void *context)
{
    (void)context;
    return strcmp(database_value(looker, "select count(*) from pg_stat_activity where usename = "
                                         "'paybus_webhook' and wait_event_type = 'Lock'"),
                  "1") == 0;
}

static const char *count_free(void)
{
    return database_value(
        looker, "select count(*) from (select id from paybus.work for no key update skip locked) free");
}

static struct db *connect_webhook(void)
{
    char url[DATABASE_URL_SIZE];
    struct db *db = NULL;
    (void)snprintf(url, sizeof url, "host=127.0.0.1 port=%d user=paybus_webhook dbname=paybus",
                   database.postgres.port);
    struct db_options options = webhook_session_options(url);
    assert_int_equal(db_open(&options, &db), STATUS_OK);
    return db;
}

static void expect_end(struct db *db)
{
    PGresult *r = PQgetResult(db_raw(db));
    assert_int_not_equal(PQresultStatus(r), PGRES_FATAL_ERROR);
    PQclear(r);
    assert_null(PQgetResult(db_raw(db)));
}

static void the_first_is_locked(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print_message("  %s\n", cases[i].statement);
        struct db *db = connect_webhook();
        fill(cases[i].state);
        database_exec(holder, "begin; select from paybus.work where id = '" FIRST "' for no key update");
        database_exec(db_raw(db), "begin");
        assert_int_equal(PQsendQueryPrepared(db_raw(db), cases[i].statement, cases[i].count, cases[i].params,
                                             NULL, NULL, 0),
                         1);
        if (cases[i].waits)
            assert_true(eventually(one_waits, NULL, WAIT_MS));
        else
            expect_end(db); /* a wait would end with its lock_timeout */
        assert_string_equal(count_free(), cases[i].waits ? "3" : "0");
        database_exec(holder, "commit");
        if (cases[i].waits)
            expect_end(db);
        db_close(db);
    }
}

static int set_up(void **state)
{
    (void)state;
    database_create_migrated(&database);
    holder = database_connect(&database, "postgres");
    looker = database_connect(&database, "postgres");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    PQfinish(holder);
    PQfinish(looker);
    database_destroy(&database);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_first_is_locked)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
