/* test_load_keys.c - what is known of a key is one answer, the newest, however many rows it has; and looking
   for it opens few partitions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "integration_statements.h"
#include "ledger-svc/store/session.h"
#include "ledger_statements.h"
#include "shared/io/db.h"
#include "tests/support/database.h"

/* However many days there are partitions for, a lookup opens those of its window: $2 days back, today, one
 * more. */
static void test_window(void **state)
{
    (void)state;
    struct database d = {0};
    database_create_migrated(&d);
    PGconn *conn = database_connect(&d, "paybus_owner");
    database_exec(conn, "select paybus.make_partition('idempotency_keys', current_date - n)"
                        " from generate_series(2, 40) as n");
    char url[DATABASE_URL_SIZE];
    (void)snprintf(url, sizeof url, "host=127.0.0.1 port=%d user=paybus_ledger dbname=paybus",
                   d.postgres.port);
    struct db_options options = store_session_options(url);
    struct db *db = NULL;
    assert_int_equal(db_open(&options, &db), STATUS_OK);
    PGresult *plan = NULL;
    assert_int_equal(db_exec_result(db, "explain execute load_keys(array[gen_random_uuid()], 2)", &plan),
                     STATUS_OK);
    int scans = 0;
    for (int i = 0; i < PQntuples(plan); i++)
        scans += strstr(PQgetvalue(plan, i, 0), " on idempotency_keys_") != NULL &&
                 strstr(PQgetvalue(plan, i, 0), "Bitmap Index") == NULL;
    assert_int_equal(scans, 4);
    db_result_ptr(&plan);
    db_close(db);
    PQfinish(conn);
    database_destroy(&d);
}

/* That of insert_key_twice. */
static PGresult *load_the_key(struct db *db)
{
    struct db_params params;
    db_params_init(&params, 1024);
    struct uuid digest = {{0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1}};
    db_array_open(&params, DB_UUID);
    db_array_uuid(&params, &digest);
    db_array_close(&params);
    db_param_int4(&params, 2);
    PGresult *r = NULL;
    assert_int_equal(db_query(db, LEDGER_SQL_LOAD_KEYS, &params, &r), STATUS_OK);
    db_params_free(&params);
    return r;
}

static void test_newest_of_two(void **state)
{
    (void)state;
    struct database d = {0};
    database_create_migrated(&d);
    PGconn *conn = database_connect(&d, "paybus_owner");
    database_exec(conn, integration_statements[INTEGRATION_SQL_INSERT_KEY_TWICE].sql);
    char url[DATABASE_URL_SIZE];
    (void)snprintf(url, sizeof url, "host=127.0.0.1 port=%d user=paybus_ledger dbname=paybus",
                   d.postgres.port);
    struct db_options options = store_session_options(url);
    struct db *db = NULL;
    assert_int_equal(db_open(&options, &db), STATUS_OK);
    PGresult *r = load_the_key(db);
    assert_int_equal(PQntuples(r), 1);
    assert_true(
        str_eq_c(db_get_str(r, 0, 4), database_value(conn, "select to_char(current_date, 'YYYY-MM-DD')")));
    db_result_ptr(&r);
    db_close(db);
    PQfinish(conn);
    database_destroy(&d);
}

/* Whatever the role's default: what the locks' last holder committed while a batch waited for them is read
   after them. */
static void test_reads_what_is_committed(void **state)
{
    (void)state;
    struct database d = {0};
    database_create_migrated(&d);
    PGconn *root = database_connect(&d, "postgres"), *conn = database_connect(&d, "paybus_owner");
    database_exec(root, "alter role paybus_ledger set default_transaction_isolation = 'repeatable read'");
    char url[DATABASE_URL_SIZE];
    (void)snprintf(url, sizeof url, "host=127.0.0.1 port=%d user=paybus_ledger dbname=paybus",
                   d.postgres.port);
    struct db_options options = store_session_options(url);
    struct db *db = NULL;
    assert_int_equal(db_open(&options, &db), STATUS_OK);
    assert_int_equal(db_exec(db, "begin"), STATUS_OK);
    assert_int_equal(db_exec(db, "select 1"), STATUS_OK); /* as take_locks, which takes a snapshot */
    database_exec(conn, integration_statements[INTEGRATION_SQL_INSERT_KEY_TWICE].sql);
    PGresult *r = load_the_key(db);
    assert_int_equal(PQntuples(r), 1);
    db_result_ptr(&r);
    db_close(db);
    PQfinish(conn);
    PQfinish(root);
    database_destroy(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_newest_of_two), cmocka_unit_test(test_window),
                                       cmocka_unit_test(test_reads_what_is_committed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
