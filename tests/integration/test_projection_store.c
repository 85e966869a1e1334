/* test_projection_store.c - batches of moves against rows of a real database: what is written, what waits,
   and which accounts differ from a ledger that stands still or has gone on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "recon-svc/store/projection.h"
#include "tests/support/database.h"

#define MOVES_MAX 256
#define OFTEN     100
#define SQL_SIZE  512

static struct database database;
static PGconn *superuser;
static struct store store;
static char url[DATABASE_URL_SIZE];
static struct projection_move moves[MOVES_MAX];
static struct projection_batch batch = {.moves = moves, .max = MOVES_MAX, .now_us = 1};

static struct uuid account_of(int n)
{
    return (struct uuid){.bytes = {[0] = 1, [15] = (uint8_t)n}};
}

/* Each move adds 1. */
static void add_move(int account, int64_t from)
{
    moves[batch.count++] = (struct projection_move){.account = account_of(account),
                                                    .from = from,
                                                    .to = from + 1,
                                                    .base = from,
                                                    .change = 1,
                                                    .seen_us = 1};
}

static int64_t store_moves(void)
{
    int64_t differing = -1;
    assert_int_equal(store_connect(&store), STATUS_OK);
    assert_int_equal(projection_store(&store, &batch, &differing), STATUS_OK);
    batch.count = 0;
    return differing;
}

static const char *value_of(int account, const char *columns, const char *table)
{
    char sql[SQL_SIZE];
    (void)snprintf(sql, sizeof sql,
                   "select concat_ws(' ', %s) from paybus.%s where account_id = '01%028d%02x'", columns,
                   table, 0, (unsigned)account);
    return database_value(superuser, sql);
}

static void expect(int account, const char *row)
{
    assert_string_equal(value_of(account, "version, posted, differs", "reconcile_projection"), row);
}

/* The ledger's row of the account, whatever its entries say. */
static void set_ledger(int account, int64_t version, int64_t posted)
{
    char sql[SQL_SIZE];
    (void)snprintf(sql, sizeof sql,
                   "insert into paybus.accounts (id, owner, type, currency, name, credits_posted, version, "
                   "created_at) values ('01%028d%02x', 'o', 'user', 'EUR', 'n', %lld, %lld, now()) "
                   "on conflict (id) do update set credits_posted = excluded.credits_posted, "
                   "version = excluded.version",
                   0, (unsigned)account, (long long)posted, (long long)version);
    database_exec(superuser, sql);
}

static void add_entry(int account, int64_t version, int64_t balance)
{
    char sql[SQL_SIZE];
    (void)snprintf(
        sql, sizeof sql,
        "insert into paybus.entries (transaction_id, leg, account_id, account_version, direction, "
        "amount, currency, balance_after, created_at) values (gen_random_uuid(), 0, '01%028d%02x', "
        "%lld, 'credit', 1, 'EUR', %lld, clock_timestamp())",
        0, (unsigned)account, (long long)version, (long long)balance);
    database_exec(superuser, sql);
}

static void one_that_moves_often_is_written_once(void **state)
{
    (void)state;
    set_ledger(1, OFTEN, OFTEN);
    set_ledger(2, 1, 1);
    for (int i = 0; i < OFTEN; i++)
        add_move(1, (i * 37) % OFTEN); /* each once, in no order */
    add_move(1, 7);
    add_move(2, 0);
    assert_int_equal(store_moves(), 0);
    expect(1, "100 100 f");
    expect(2, "1 1 f");
}

static void what_comes_again_writes_nothing(void **state)
{
    (void)state;
    char before[64];
    (void)snprintf(before, sizeof before, "%s", value_of(1, "xmin, ctid", "reconcile_projection"));
    for (int i = 0; i < OFTEN; i++)
        add_move(1, i);
    assert_int_equal(store_moves(), 0);
    assert_string_equal(value_of(1, "xmin, ctid", "reconcile_projection"), before);
}

static void what_differs_is_news_once(void **state)
{
    (void)state;
    set_ledger(1, OFTEN + 1, OFTEN + 4);
    add_move(1, OFTEN);
    assert_int_equal(store_moves(), 1);
    expect(1, "101 101 t");
    set_ledger(1, OFTEN + 2, OFTEN + 5);
    add_move(1, OFTEN + 1);
    assert_int_equal(store_moves(), 0);
    expect(1, "102 102 t");
    set_ledger(1, OFTEN + 2, OFTEN + 2);
    add_move(1, OFTEN + 1);
    assert_int_equal(store_moves(), 0);
    expect(1, "102 102 f");
    add_move(3, 0); /* an account that the ledger does not have */
    assert_int_equal(store_moves(), 1);
    expect(3, "1 1 t");
}

/* Where the ledger is further, its entry of that version tells. */
static void a_ledger_that_has_gone_on(void **state)
{
    (void)state;
    for (int account = 4; account <= 6; account++)
        set_ledger(account, 9, 77);
    add_entry(4, 1, 1);
    add_entry(5, 1, 2);
    add_move(4, 0);
    add_move(5, 0);
    add_move(6, 0); /* its entry is missing: other checks say so */
    assert_int_equal(store_moves(), 1);
    expect(4, "1 1 f");
    expect(5, "1 1 t");
    expect(6, "1 1 f");
}

static void what_comes_too_early_waits(void **state)
{
    (void)state;
    set_ledger(7, 3, 3);
    add_entry(7, 1, 1);
    add_move(7, 0);
    assert_int_equal(store_moves(), 0);
    add_move(7, 2);
    assert_int_equal(store_moves(), 0);
    expect(7, "1 1 f");
    assert_string_equal(value_of(7, "from_version, to_version, base, change", "reconcile_ahead"), "2 3 2 1");
    add_move(2, 0); /* others do not take it */
    assert_int_equal(store_moves(), 0);
    add_move(7, 1);
    assert_int_equal(store_moves(), 0);
    expect(7, "3 3 f");
    assert_string_equal(database_value(superuser, "select count(*) from paybus.reconcile_ahead"), "0");
}

static int set_up(void **state)
{
    (void)state;
    database_create_migrated(&database);
    superuser = database_connect(&database, "postgres");
    database_exec(superuser, "set session_replication_role = replica");
    (void)snprintf(url, sizeof url, "host=127.0.0.1 port=%d user=paybus_recon dbname=paybus",
                   database.postgres.port);
    store_init(&store, url);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    store_close(&store);
    PQfinish(superuser);
    database_destroy(&database);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_moves_often_is_written_once),
        cmocka_unit_test(what_comes_again_writes_nothing),
        cmocka_unit_test(what_differs_is_news_once),
        cmocka_unit_test(a_ledger_that_has_gone_on),
        cmocka_unit_test(what_comes_too_early_waits),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
