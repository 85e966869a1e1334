/* test_blocks.c - the table of blocks takes nothing but the next block, a block covers every column of what
   it seals, the days that have partitions are counted to the first gap, and a number is drawn after the
   transaction's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ledger-svc/store/session.h"
#include "ledger_statements.h"
#include "shared/io/db.h"
#include "tests/support/database.h"

#define NO_RIGHT "42501"
#define APPEND   "PB002"
#define BROKEN   "PB006"
#define CHECK    "23514"
#define FINE     "00000"
#define LEDGER   "paybus_ledger"
#define OWNER    "paybus_owner"
#define ZEROS    "decode(repeat('00', 32), 'hex')"
#define HASH(x)  "sha256('" x "')"

#define BLOCK(number, first, last, previous)                                                                 \
    "insert into paybus.blocks values (" number ", " first ", " last ", 1, 0, 0, " previous                  \
    ", " HASH("b") ", '', now())"

static struct database d;
static struct db *ledger;

static const struct wall {
    const char *name, *role, *sql, *wanted;
} walls[] = {
    {"the next block", LEDGER, BLOCK("2", "11", "20", HASH("a")), FINE},
    {"the same again", LEDGER, BLOCK("1", "1", "10", ZEROS), BROKEN},
    {"a gap in numbers", LEDGER, BLOCK("3", "11", "20", HASH("a")), BROKEN},
    {"a gap in events", LEDGER, BLOCK("2", "12", "20", HASH("a")), BROKEN},
    {"events sealed twice", LEDGER, BLOCK("2", "10", "20", HASH("a")), BROKEN},
    {"another block before", LEDGER, BLOCK("2", "11", "20", HASH("x")), BROKEN},
    {"a short hash", LEDGER, BLOCK("2", "11", "20", "'\\x00'"), BROKEN},
    {"backwards", LEDGER, BLOCK("2", "11", "10", HASH("a")), CHECK},
    {"update", LEDGER, "update paybus.blocks set hash = " HASH("c"), NO_RIGHT},
    {"delete", LEDGER, "delete from paybus.blocks", NO_RIGHT},
    {"update, by the owner", OWNER, "update paybus.blocks set hash = " HASH("c"), APPEND},
    {"delete, by the owner", OWNER, "delete from paybus.blocks", APPEND},
    {"truncate, by the owner", OWNER, "truncate paybus.blocks", APPEND},
    {"read by auditors", "paybus_recon", "select from paybus.blocks", FINE},
    {"read by ingress as it is", "paybus_ingress", "select from paybus.blocks", NO_RIGHT},
    {"read by ingress by its view", "paybus_ingress", "select from api.blocks", FINE},
};

static void test_walls(void **state)
{
    (void)state;
    int wrong = 0;
    PGconn *owner = database_connect(&d, OWNER);
    database_exec(owner, "insert into paybus.blocks values (1, 1, 10, 1, 0, 0, " ZEROS
                         ", " HASH("a") ", '', now())");
    PQfinish(owner);
    for (size_t i = 0; i < sizeof walls / sizeof walls[0]; i++) {
        PGconn *conn = database_connect(&d, walls[i].role);
        const char *found = database_try(conn, walls[i].sql);
        if (strcmp(found, walls[i].wanted) != 0) {
            print_error("%s as %s: %s, wanted %s\n", walls[i].name, walls[i].role, found, walls[i].wanted);
            wrong++;
        }
        PQfinish(conn);
    }
    assert_int_equal(wrong, 0);
}

/* A column that is not in its list would not be sealed: a new one is added at the list's end. */
static void test_every_column_is_sealed(void **state)
{
    (void)state;
    static const struct {
        const char *statement, *table;
    } lists[] = {
        {"list_sealed_events", "events"},
        {"list_sealed_transactions", "transactions"},
        {"list_sealed_transactions", "transaction_details"},
        {"list_sealed_entries", "entries"},
        {"list_sealed_transactions_between", "transactions"},
        {"list_sealed_transactions_between", "transaction_details"},
        {"list_sealed_entries_between", "entries"},
    };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        char sql[256], sealed[2048] = ",";
        PGresult *r = PQdescribePrepared(db_raw(ledger), lists[i].statement);
        for (int column = 0; column < PQnfields(r); column++) {
            (void)strncat(sealed, PQfname(r, column), sizeof sealed - strlen(sealed) - 1);
            (void)strncat(sealed, ",", sizeof sealed - strlen(sealed) - 1);
        }
        PQclear(r);
        (void)snprintf(
            sql, sizeof sql,
            "select attname from pg_attribute where attrelid = 'paybus.%s'::regclass and attnum > 0"
            " and not attisdropped",
            lists[i].table);
        PGresult *columns = PQexec(db_raw(ledger), sql);
        assert_true(PQntuples(columns) > 0);
        for (int row = 0; row < PQntuples(columns); row++) {
            char name[80];
            (void)snprintf(name, sizeof name, ",%s,", PQgetvalue(columns, row, 0));
            bool is_key =
                strcmp(name, ",transaction_id,") == 0 && strcmp(lists[i].table, "transaction_details") == 0;
            if (strstr(sealed, name) == NULL && !is_key)
                fail_msg("paybus.%s: %s is not sealed", lists[i].table, PQgetvalue(columns, row, 0));
        }
        PQclear(columns);
    }
}

static int64_t days_ahead(void)
{
    int64_t days = -2;
    assert_int_equal(store_partition_days(ledger, &days), STATUS_OK);
    return days;
}

static void test_partition_days(void **state)
{
    (void)state;
    static const char drop[] = "do $$ begin execute format('drop table paybus.%s_%s',"
                               " '%s', to_char(current_date + %d, 'YYYYMMDD')); end $$";
    static const struct {
        const char *table;
        int day;
        int64_t ahead;
    } rows[] = {
        {"events", 12, 11}, {"idempotency_keys", 13, 11}, {"idempotency_keys", 5, 4}, {"events", 0, -1}};
    PGconn *owner = database_connect(&d, OWNER);
    assert_int_equal(days_ahead(), 14);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char sql[256];
        (void)snprintf(sql, sizeof sql, drop, "%s", "%s", rows[i].table, rows[i].day);
        database_exec(owner, sql);
        assert_int_equal(days_ahead(), rows[i].ahead);
    }
    PQfinish(owner);
}

/* A transaction that writes an event before anything else. */
static void test_own_number_first(void **state)
{
    (void)state;
    PGconn *conn = database_connect(&d, LEDGER);
    assert_string_equal(
        database_value(conn, "select pg_get_expr(adbin, adrelid) like '%pg_current_xact_id()%nextval%'"
                             " from pg_attrdef where adrelid = 'paybus.events'::regclass and adnum = 1"),
        "t");
    PQfinish(conn);
}

static int create(void **state)
{
    (void)state;
    static char url[DATABASE_URL_SIZE];
    static struct db_options options;
    database_create_migrated(&d);
    (void)snprintf(url, sizeof url, "host=127.0.0.1 port=%d user=" LEDGER " dbname=paybus", d.postgres.port);
    options = store_session_options(url);
    assert_int_equal(db_open(&options, &ledger), STATUS_OK);
    return 0;
}

static int destroy(void **state)
{
    (void)state;
    db_close(ledger);
    database_destroy(&d);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_walls),
        cmocka_unit_test(test_every_column_is_sealed),
        cmocka_unit_test(test_partition_days),
        cmocka_unit_test(test_own_number_first),
    };
    return cmocka_run_group_tests(tests, create, destroy);
}
