/* test_db_standby.c - a COMMIT that waits for a standby which never comes, and how its wait can end: it was
   done on this server, and must not look like one that is safe. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "shared/io/db.h"
#include "tests/support/process.h"
#include "tests/support/servers.h"

#define WAIT_MS 15000

static struct servers_postgres pg;
static struct db_options options = {.service = "test_db_standby", .query_timeout_ms = WAIT_MS};
static struct db *other; /* does not wait for standbys */

static void connect_other(void)
{
    assert_int_equal(db_open(&options, &other), STATUS_OK);
    assert_int_equal(db_exec(other, "set synchronous_commit = local"), STATUS_OK);
}

static int start_server(void **state)
{
    (void)state;
    servers_postgres_create(&pg, "synchronous_standby_names = 'nobody'");
    options.conninfo = pg.conninfo;
    connect_other();
    return db_exec(other, "create table item (id int8)") == STATUS_OK ? 0 : -1;
}

static int stop_server(void **state)
{
    (void)state;
    db_close(other);
    servers_postgres_destroy(&pg);
    return 0;
}

/* Runs an SQL statement that gives rows or none. */
static bool has_row(const char *sql)
{
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    assert_int_equal(db_exec_result(other, sql, &r), STATUS_OK);
    return PQntuples(r) > 0;
}

static bool somebody_waits(void *context)
{
    (void)context;
    return has_row("select from pg_stat_activity where wait_event = 'SyncRep'");
}

static bool has_item(int id)
{
    char sql[80];
    (void)snprintf(sql, sizeof(sql), "select from item where id = %d", id);
    return has_row(sql);
}

static enum status insert_item(struct db *db, void *context)
{
    char sql[80];
    (void)snprintf(sql, sizeof(sql), "insert into item (id) values (%d)", *(int *)context);
    return db_exec(db, sql);
}

/* A COMMIT in a thread of its own. */
struct commit {
    struct db *db;
    pthread_t thread;
    int id;
    bool by_pipeline;
    enum status status;
    bool committed; /* the tag said so; pipelines only */
};

static enum status commit_by_pipeline(struct commit *c)
{
    char sql[80];
    PGresult *results[3] = {NULL};
    (void)snprintf(sql, sizeof(sql), "insert into item (id) values (%d)", c->id);
    enum status s = db_pipeline_begin(c->db);
    if (s == STATUS_OK)
        s = db_pipeline_send_sql(c->db, "begin");
    if (s == STATUS_OK)
        s = db_pipeline_send_sql(c->db, sql);
    if (s == STATUS_OK)
        s = db_pipeline_send_sql(c->db, "commit");
    if (s == STATUS_OK)
        s = db_pipeline_finish(c->db, results, 3);
    c->committed = s == STATUS_OK && db_committed(results[2]);
    for (int i = 0; i < 3; i++)
        db_result_ptr(&results[i]);
    return s;
}

static void *commit_main(void *context)
{
    struct commit *c = context;
    c->status = c->by_pipeline ? commit_by_pipeline(c) : db_tx_run(c->db, NULL, 1, insert_item, &c->id);
    return NULL;
}

static void start_commit(struct commit *c)
{
    assert_int_equal(db_open(&options, &c->db), STATUS_OK);
    assert_int_equal(pthread_create(&c->thread, NULL, commit_main, c), 0);
    assert_true(eventually(somebody_waits, NULL, WAIT_MS));
    assert_false(has_item(c->id)); /* nobody sees it before the standby has it */
}

static void cancel_waits(void)
{
    assert_true(has_row("select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'"));
}

static void a_cancelled_wait(void **state)
{
    (void)state;
    struct commit c = {.id = 1, .by_pipeline = true};
    start_commit(&c);
    cancel_waits();
    (void)pthread_join(c.thread, NULL);
    assert_int_equal(c.status, STATUS_OK);
    assert_true(c.committed);
    assert_true(db_commit_is_local(c.db));
    assert_string_equal(db_sqlstate(c.db), "");
    assert_true(has_item(1));
    assert_int_equal(db_exec(c.db, "select"), STATUS_OK);
    assert_false(db_commit_is_local(c.db)); /* of the last pipeline only */
    db_close(c.db);
}

static void a_cancelled_wait_of_a_transaction(void **state)
{
    (void)state;
    struct commit c = {.id = 2};
    start_commit(&c);
    cancel_waits();
    (void)pthread_join(c.thread, NULL);
    assert_int_equal(c.status, STATUS_UNKNOWN);
    assert_true(has_item(2));
    db_close(c.db);
}

/* Neither an answer nor an error of the server: a lost connection that proves nothing. */
static void a_shutdown(void **state)
{
    const bool *by_pipeline = *state;
    struct commit c = {.id = *by_pipeline ? 3 : 4, .by_pipeline = *by_pipeline};
    start_commit(&c);
    db_close(other);
    servers_postgres_stop(&pg, SERVERS_STOP_FAST);
    (void)pthread_join(c.thread, NULL);
    servers_postgres_start(&pg);
    connect_other();
    assert_int_equal(c.status, *by_pipeline ? STATUS_RETRY : STATUS_UNKNOWN);
    assert_string_equal(db_sqlstate(c.db), "");
    assert_false(db_is_usable(c.db));
    assert_true(has_item(c.id));
    db_close(c.db);
}

static void other_warnings(void **state)
{
    (void)state;
    assert_int_equal(db_exec(other, "begin; begin; do $$ begin raise warning 'SyncRepWaitForLSN'; end $$"),
                     STATUS_OK);
    assert_int_equal(db_exec(other, "commit"), STATUS_OK);
    assert_false(db_commit_is_local(other));
    assert_int_equal(db_exec(other, "commit"), STATUS_OK); /* warns that there is no transaction */
    assert_false(db_commit_is_local(other));
}

int main(void)
{
    static bool yes = true, no = false;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cancelled_wait),
        cmocka_unit_test(a_cancelled_wait_of_a_transaction),
        {"a shutdown in a pipeline", a_shutdown, NULL, NULL, &yes},
        {"a shutdown in a transaction", a_shutdown, NULL, NULL, &no},
        cmocka_unit_test(other_warnings),
    };
    return cmocka_run_group_tests(tests, start_server, stop_server);
}
