/* test_chain_rows.c - events are read with what they post, whether that lies side by side, as ids that rise
   with time do, in another order than the events, or far apart with many others between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "ledger-svc/store/blocks.h"
#include "ledger-svc/store/session.h"
#include "tests/support/database.h"

#define TRANSACTIONS 500
#define ID(n)        "('01900000-0000-7000-8000-00000000' || lpad(to_hex(" n "), 4, '0'))::uuid"
#define ENTRIES(of)                                                                                          \
    "insert into paybus.entries (transaction_id, leg, account_id, account_version, direction, amount, "      \
    "currency, balance_after, created_at, kind)"                                                             \
    " select " ID("n") ", leg, " ID("leg") ", n, direction, n, 'EUR', n, now(), 'transfer' from " of         \
                                           " as n, "                                                         \
                                           "(values (0, 'debit'), (1, 'credit')) as l (leg, direction);"
#define EVENTS(of)                                                                                           \
    "insert into paybus.events (seq, id, type, resource, object_id, command_id, owner, actor, created_at)"   \
    " select seq, gen_random_uuid(), 'transaction.posted', 'transaction', " ID(                              \
        "n") ", gen_random_uuid(), "                                                                         \
             "'o', 'k', now() from " of ";"

/* Transactions 1 to 500 with two entries each, of the amount of their number; number 600 is lost and left its
 * entries. */
static const char books[] =
    "set session_replication_role = replica;"
    "insert into paybus.transactions (id, kind, amount, currency, entry_count, owner, actor, created_at)"
    " select " ID("n") ", 'transfer', n, 'EUR', 2, 'o', 'k', now() from generate_series(1, 500) as n;"
                       "insert into paybus.transaction_details (transaction_id, reason) select " ID(
                           "7") ", 'why';" ENTRIES("generate_series(1, 500)")
                           ENTRIES("generate_series(600, 600)")
                               EVENTS("generate_series(1, 100) as seq, lateral (select seq) as t (n)") EVENTS(
                                   "generate_series(101, 200) as seq, lateral (select 301 - seq) as t (n)")
                                   EVENTS("(values (201, 1), (202, 500), (203, 2), (204, 600), (205, 700), "
                                          "(206, 1)) as t (seq, n)") "reset session_replication_role";

static struct database d;
static struct db *ledger;

static int64_t number_of(const PGresult *r, int row, int column)
{
    struct uuid id = db_get_uuid(r, row, column);
    return (int64_t)id.bytes[14] << 8 | id.bytes[15];
}

static void expect_item(const struct chain_rows *rows, const struct chain_item *item, int64_t number)
{
    bool is_there = number <= TRANSACTIONS;
    if (is_there)
        assert_int_equal(number_of(rows->transactions, item->transaction, 0), number);
    else
        assert_int_equal(item->transaction, -1);
    assert_int_equal(item->entry_count, number == 700 ? 0 : 2);
    for (int i = 0; i < item->entry_count; i++) {
        assert_int_equal(number_of(rows->entries, item->first_entry + i, 0), number);
        assert_int_equal(db_get_int(rows->entries, item->first_entry + i, 1), i);
    }
}

static void expect_events(int64_t after_seq, const int64_t *numbers, int count)
{
    const struct chain_reader reader = blocks_reader(ledger);
    CLEANUP(chain_rows_free) struct chain_rows rows = {0};
    struct chain_item item;
    assert_int_equal(chain_read(&reader, after_seq, after_seq + count, CHAIN_READ_MAX, &rows), STATUS_OK);
    for (int i = 0; i < count; i++) {
        assert_true(chain_next(&rows, &item));
        assert_int_equal(item.seq, after_seq + i + 1);
        expect_item(&rows, &item, numbers[i]);
    }
    assert_false(chain_next(&rows, &item));
}

static void test_neighbours(void **state)
{
    (void)state;
    int64_t rising[100], falling[100];
    for (int i = 0; i < 100; i++) {
        rising[i] = i + 1;
        falling[i] = 200 - i;
    }
    expect_events(0, rising, 100);
    expect_events(100, falling, 100);
}

/* Of another order, far apart, not there, twice. */
static void test_strangers_between(void **state)
{
    (void)state;
    expect_events(200, (const int64_t[]){1, 500, 2, 600, 700, 1}, 6);
    expect_events(203, (const int64_t[]){600}, 1);
    expect_events(204, (const int64_t[]){700}, 1);
}

static void test_by_ids(void **state)
{
    (void)state;
    static const int64_t asked[] = {3, 700, 1, 3, 2};
    const struct chain_reader reader = blocks_reader(ledger);
    CLEANUP(chain_rows_free) struct chain_rows rows = {0};
    struct chain_item item;
    struct uuid ids[sizeof asked / sizeof asked[0]];
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++)
        ids[i] = (struct uuid){{0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0,
                                (uint8_t)(asked[i] >> 8), (uint8_t)asked[i]}};
    assert_int_equal(chain_read_transactions(&reader, ids, sizeof asked / sizeof asked[0], &rows), STATUS_OK);
    for (int64_t number = 1; number <= 3; number++) {
        assert_true(chain_next_transaction(&rows, &item));
        expect_item(&rows, &item, number);
    }
    assert_false(chain_next_transaction(&rows, &item));
}

/* Sealed rows are the same bytes on both ways. */
static void test_same_bytes(void **state)
{
    (void)state;
    const struct chain_reader reader = blocks_reader(ledger);
    CLEANUP(chain_rows_free) struct chain_rows near = {0}, far = {0};
    CLEANUP(buf_free) struct buf one = {0}, other = {0};
    struct uuid id = {{0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 7}};
    buf_init(&one, 4096);
    buf_init(&other, 4096);
    assert_int_equal(chain_read(&reader, 6, 7, 1, &near), STATUS_OK);
    assert_int_equal(chain_read_transactions(&reader, &id, 1, &far), STATUS_OK);
    chain_write_transaction(&near, 0, &one);
    chain_write_transaction(&far, 0, &other);
    assert_true(one.len > 0 && one.len == other.len);
    assert_memory_equal(one.data, other.data, one.len);
    chain_write_entry(&near, 1, &one);
    chain_write_entry(&far, 1, &other);
    assert_int_equal(one.len, other.len);
    assert_memory_equal(one.data, other.data, one.len);
}

static int create(void **state)
{
    (void)state;
    static char url[DATABASE_URL_SIZE];
    static struct db_options options;
    database_create_migrated(&d);
    (void)snprintf(url, sizeof url, "host=127.0.0.1 port=%d user=paybus_ledger dbname=paybus",
                   d.postgres.port);
    options = store_session_options(url);
    assert_int_equal(db_open(&options, &ledger), STATUS_OK);
    PGconn *superuser = database_connect(&d, "postgres");
    database_exec(superuser, books);
    PQfinish(superuser);
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
        cmocka_unit_test(test_neighbours),
        cmocka_unit_test(test_strangers_between),
        cmocka_unit_test(test_by_ids),
        cmocka_unit_test(test_same_bytes),
    };
    return cmocka_run_group_tests(tests, create, destroy);
}
