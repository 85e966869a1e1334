/* test_relay_windows.c - the relay's reading on real transactions: eight writers that commit in another order
   than they draw numbers, give up at times, and one that stays open all the while. Every committed event is
   read once, those of an object in their order, also by a reader that dies at any moment and goes on from the
   cursor. In another cluster, where transaction numbers mean nothing, everything goes by number. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ledger-svc/store/relay_cursor.h"
#include "ledger-svc/store/session.h"
#include "shared/io/log.h"
#include "tests/support/database.h"
#include "tests/support/process.h"

#define WRITERS      8
#define OBJECTS      5
#define TRANSACTIONS 150 /* of each writer */
#define EVENTS_MAX   (WRITERS * TRANSACTIONS * 3 + 100)
#define LONG_OBJECT  99
#define FOREIGN_XID  "'99999999999'"
#define AN_HOUR_AGO  (-INT64_C(3600000000))
#define FAR_US       INT64_C(4000000000000000) /* in 2096 */
#define READ_AT_ONCE 7                         /* few, so that windows have several parts */
#define PARTS_MAX    1000
#define WAIT_MS      10000

static struct database d;
static struct db_options options;
static PGconn *superuser;
static struct db *reader;
static atomic_int writers_left;

/* What was read so far: numbers in order, and how many of them the stored cursor covers. */
static struct {
    int64_t seqs[EVENTS_MAX * 2];
    struct uuid objects[EVENTS_MAX * 2];
    size_t count, covered;
} seen;

#define INSERT_EVENT                                                                                         \
    "insert into paybus.events (id, type, resource, object_id, command_id, owner, actor, after, created_at)" \
    " values (gen_random_uuid(), 'account.frozen', 'account', lpad('%d', 32, '0')::uuid, gen_random_uuid()," \
    " 'o', 'a', '{}', clock_timestamp())"

static void insert_event(PGconn *conn, int object)
{
    char sql[512];
    (void)snprintf(sql, sizeof sql, INSERT_EVENT, object);
    database_exec(conn, sql);
}

/* Locks an object, as ledger-svc does, writes of it and of nothing else, and commits after a while. */
static void write_once(PGconn *conn, unsigned *random)
{
    char lock[64];
    int object = 1 + (int)(rand_r(random) % OBJECTS);
    (void)snprintf(lock, sizeof lock, "select pg_advisory_xact_lock(7, %d)", object);
    database_exec(conn, "begin");
    database_exec(conn, lock);
    for (int i = (int)(rand_r(random) % 3); i >= 0; i--)
        insert_event(conn, object);
    if (rand_r(random) % 4 == 0)
        database_exec(conn, "select pg_sleep(random() * 0.02)");
    database_exec(conn, rand_r(random) % 10 == 0 ? "rollback" : "commit");
}

static void *writer_main(void *context)
{
    unsigned random = (unsigned)(uintptr_t)context;
    PGconn *conn = database_connect(&d, "postgres");
    for (int i = 0; i < TRANSACTIONS; i++)
        write_once(conn, &random);
    PQfinish(conn);
    atomic_fetch_sub(&writers_left, 1);
    return NULL;
}

static void note(struct relay_cursor *c, const struct chain_rows *rows)
{
    for (int i = 0; i < PQntuples(rows->events); i++) {
        assert_true(seen.count < sizeof seen.seqs / sizeof seen.seqs[0]);
        seen.seqs[seen.count] = db_get_int(rows->events, i, 0);
        seen.objects[seen.count++] = db_get_uuid(rows->events, i, 5);
        c->acked_seq = db_get_int(rows->events, i, 0);
    }
}

/* Dies or not: what was read since the cursor was stored will be read again, from the middle of its window.
 */
static bool die_perhaps(struct relay_cursor *c, unsigned *random)
{
    bool is_new = false, is_foreign = false;
    if (rand_r(random) % 3 == 0) {
        assert_int_equal(relay_cursor_save(reader, c), STATUS_OK);
        seen.covered = seen.count;
    }
    if (rand_r(random) % 5 != 0)
        return false;
    assert_int_equal(relay_cursor_load(reader, RELAY_EVENTS, c, &is_new, &is_foreign), STATUS_OK);
    assert_false(is_new);
    assert_false(is_foreign);
    seen.count = seen.covered;
    return true;
}

/* Reads the window in hand to its end. */
static void read_window(struct relay_cursor *c, unsigned *random)
{
    bool more = true;
    while (more) {
        CLEANUP(chain_rows_free) struct chain_rows rows = {0};
        assert_int_equal(relay_cursor_read(reader, c, READ_AT_ONCE, &rows), STATUS_OK);
        note(c, &rows);
        more = die_perhaps(c, random) || PQntuples(rows.events) > 0;
    }
}

static enum status rewind_to(struct relay_cursor *c, int64_t from_us)
{
    return relay_cursor_rewind(reader, c, &(struct relay_reach){.from_us = from_us});
}

static enum status rebase_to(struct relay_cursor *c, int64_t from_us)
{
    return relay_cursor_rebase(reader, c, &(struct relay_reach){.from_us = from_us});
}

static bool is_settled(void *context)
{
    bool settled = false;
    assert_int_equal(relay_cursor_is_settled(reader, context, &settled), STATUS_OK);
    return settled;
}

/* PostgreSQL may be analysing the table just then: that is a transaction, too. */
static void begin_reading(struct relay_cursor *c)
{
    assert_int_equal(rebase_to(c, 0), STATUS_OK);
    assert_true(eventually(is_settled, c, WAIT_MS));
    assert_int_equal(relay_cursor_save(reader, c), STATUS_OK);
}

static int compare_numbers(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Each event of the table once, those of an object in the order in which their transactions had its lock,
   which is that of their numbers. */
static void expect_all_once_in_order(void)
{
    for (size_t i = 0; i < seen.count; i++)
        for (size_t k = i + 1; k < seen.count && k < i + 500; k++)
            if (uuid_compare(&seen.objects[i], &seen.objects[k]) == 0)
                assert_true(seen.seqs[i] < seen.seqs[k]);
    qsort(seen.seqs, seen.count, sizeof seen.seqs[0], compare_numbers);
    PGresult *r = PQexec(superuser, "select seq from paybus.events order by seq");
    assert_int_equal(PQntuples(r), seen.count);
    for (size_t i = 0; i < seen.count; i++)
        assert_int_equal(strtoll(PQgetvalue(r, (int)i, 0), NULL, 10), seen.seqs[i]);
    PQclear(r);
}

static void test_writers(void **state)
{
    (void)state;
    static struct relay_cursor cursor;
    pthread_t threads[WRITERS];
    unsigned random = 42;
    bool empty = false, is_new = false, is_foreign = false;
    assert_int_equal(relay_cursor_load(reader, RELAY_EVENTS, &cursor, &is_new, &is_foreign), STATUS_OK);
    assert_true(is_new);
    begin_reading(&cursor);

    PGconn *open = database_connect(&d, "postgres");
    database_exec(open, "begin");
    insert_event(open, LONG_OBJECT); /* one of the lowest numbers, the last to be committed */
    atomic_store(&writers_left, WRITERS);
    for (size_t i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, writer_main, (void *)(uintptr_t)(i + 1)), 0);
    while (atomic_load(&writers_left) > 0) {
        read_window(&cursor, &random);
        assert_int_equal(relay_cursor_next_window(reader, &cursor, &empty), STATUS_OK);
    }
    for (size_t i = 0; i < WRITERS; i++)
        (void)pthread_join(threads[i], NULL);
    database_exec(open, "commit");
    PQfinish(open);
    do {
        read_window(&cursor, &random);
        assert_int_equal(relay_cursor_next_window(reader, &cursor, &empty), STATUS_OK);
    } while (!empty);
    expect_all_once_in_order();
}

/* All events of the table, in the order in which a rewound cursor gives them. */
static void read_by_number(struct relay_cursor *c)
{
    seen.count = 0;
    for (int found = 1; found > 0;) {
        CLEANUP(chain_rows_free) struct chain_rows rows = {0};
        assert_int_equal(relay_cursor_read(reader, c, CHAIN_READ_MAX, &rows), STATUS_OK);
        note(c, &rows);
        found = PQntuples(rows.events);
    }
}

static int64_t count_by_number(struct relay_cursor *c)
{
    int64_t count = 0;
    for (int found = 1; found > 0; count += found) {
        CLEANUP(chain_rows_free) struct chain_rows rows = {0};
        assert_int_equal(relay_cursor_read(reader, c, CHAIN_READ_MAX, &rows), STATUS_OK);
        found = PQntuples(rows.events);
        if (found > 0)
            c->acked_seq = db_get_int(rows.events, found - 1, 0);
    }
    return count;
}

/* The events of the next window, which must not be empty. */
static void read_next_window(struct relay_cursor *c, int wanted)
{
    CLEANUP(chain_rows_free) struct chain_rows rows = {0};
    bool empty = true;
    assert_int_equal(relay_cursor_next_window(reader, c, &empty), STATUS_OK);
    assert_false(empty);
    assert_int_equal(relay_cursor_read(reader, c, CHAIN_READ_MAX, &rows), STATUS_OK);
    assert_int_equal(PQntuples(rows.events), wanted);
    note(c, &rows);
}

/* Reads all that was committed by now, window by window. */
static void catch_up(struct relay_cursor *c)
{
    int parts = 0;
    for (bool empty = false; !empty; parts++) {
        CLEANUP(chain_rows_free) struct chain_rows rows = {0};
        assert_true(parts < PARTS_MAX);
        assert_int_equal(relay_cursor_read(reader, c, CHAIN_READ_MAX, &rows), STATUS_OK);
        if (PQntuples(rows.events) > 0)
            c->acked_seq = db_get_int(rows.events, PQntuples(rows.events) - 1, 0);
        else
            assert_int_equal(relay_cursor_next_window(reader, c, &empty), STATUS_OK);
    }
}

/* Transactions that are still under way when the cursor begins in a cluster keep it waiting, not those
   behind. */
static void test_rebase_waits(void **state)
{
    (void)state;
    static struct relay_cursor cursor;
    bool settled = true, is_new, is_foreign;
    assert_int_equal(relay_cursor_load(reader, RELAY_EVENTS, &cursor, &is_new, &is_foreign), STATUS_OK);
    PGconn *open = database_connect(&d, "postgres");
    database_exec(open, "begin");
    insert_event(open, 1);
    insert_event(superuser, 2);
    assert_int_equal(rebase_to(&cursor, 0), STATUS_OK);
    assert_int_equal(relay_cursor_is_settled(reader, &cursor, &settled), STATUS_OK);
    assert_false(settled);
    database_exec(open, "commit");
    assert_int_equal(relay_cursor_is_settled(reader, &cursor, &settled), STATUS_OK);
    assert_true(settled);
    insert_event(superuser, 3); /* behind the base: the first window's */
    read_by_number(&cursor);
    read_next_window(&cursor, 1);
    expect_all_once_in_order();
    PQfinish(open);
}

/* In the cluster in which it always was, a transaction that stays open holds up nobody else's events, however
   often the cursor is rewound meanwhile; its own come with the window in which it ends. */
static void test_rewind_does_not_wait(void **state)
{
    (void)state;
    static struct relay_cursor cursor;
    bool settled = false, is_new, is_foreign;
    assert_int_equal(relay_cursor_load(reader, RELAY_EVENTS, &cursor, &is_new, &is_foreign), STATUS_OK);
    PGconn *open = database_connect(&d, "postgres");
    database_exec(open, "begin");
    insert_event(open, 1);
    insert_event(superuser, 2);
    catch_up(&cursor);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(rewind_to(&cursor, 0), STATUS_OK);
        assert_int_equal(relay_cursor_is_settled(reader, &cursor, &settled), STATUS_OK);
        assert_true(settled);
        read_by_number(&cursor);
    }
    insert_event(superuser, 3);
    database_exec(open, "commit");
    CLEANUP(chain_rows_free) struct chain_rows rows = {0};
    assert_int_equal(relay_cursor_read(reader, &cursor, CHAIN_READ_MAX, &rows), STATUS_OK);
    assert_int_equal(PQntuples(rows.events), 0); /* it is not visible in the snapshot that goes by number */
    read_next_window(&cursor, 2);
    expect_all_once_in_order();
    PQfinish(open);
}

/* Rewound again before the first window: what was committed meanwhile with a low number is not left out. */
static void test_rewind_twice(void **state)
{
    (void)state;
    static struct relay_cursor cursor;
    bool is_new, is_foreign;
    assert_int_equal(relay_cursor_load(reader, RELAY_EVENTS, &cursor, &is_new, &is_foreign), STATUS_OK);
    PGconn *open = database_connect(&d, "postgres");
    database_exec(open, "begin");
    insert_event(open, 1);
    insert_event(superuser, 2);
    catch_up(&cursor);
    assert_int_equal(rewind_to(&cursor, 0), STATUS_OK);
    read_by_number(&cursor);
    database_exec(open, "commit");
    assert_int_equal(rewind_to(&cursor, FAR_US), STATUS_OK);
    read_by_number(&cursor);
    read_next_window(&cursor, 1);
    expect_all_once_in_order();
    PQfinish(open);
}

/* The clock was ahead once: what is written since is younger by number and older by time, and is found. */
static void test_clock_was_ahead(void **state)
{
    (void)state;
    static struct relay_cursor cursor;
    bool is_new, is_foreign;
    assert_int_equal(relay_cursor_load(reader, RELAY_EVENTS, &cursor, &is_new, &is_foreign), STATUS_OK);
    catch_up(&cursor);
    assert_int_equal(rewind_to(&cursor, 0), STATUS_OK);
    read_by_number(&cursor);
    cursor.since_us = FAR_US;
    insert_event(superuser, 1);
    read_next_window(&cursor, 1);
    cursor.since_us = FAR_US;
    insert_event(superuser, 1);
    read_next_window(&cursor, 1);
    expect_all_once_in_order();
}

/* What an operator asks for is seen, and is done when the rewound cursor is saved, not before and not by
   another one. */
static void test_asked_for(void **state)
{
    (void)state;
    static struct relay_cursor cursor;
    bool asked = true, is_new, is_foreign;
    assert_int_equal(relay_cursor_is_asked(reader, RELAY_EVENTS, &asked), STATUS_OK);
    assert_false(asked);
    assert_int_equal(relay_cursor_load(reader, RELAY_EVENTS, &cursor, &is_new, &is_foreign), STATUS_OK);
    assert_int_equal(cursor.asked_us, 0);
    database_exec(superuser, "update paybus.relay_cursors set rewind_from = '2026-11-21 12:00:00+00'");
    assert_int_equal(relay_cursor_save(reader, &cursor), STATUS_OK); /* it does not know yet */
    assert_int_equal(relay_cursor_is_asked(reader, RELAY_EVENTS, &asked), STATUS_OK);
    assert_true(asked);
    assert_int_equal(relay_cursor_load(reader, RELAY_EVENTS, &cursor, &is_new, &is_foreign), STATUS_OK);
    assert_int_equal(cursor.asked_us, INT64_C(1795262400000000));
    assert_int_equal(relay_cursor_save(reader, &cursor), STATUS_OK);
    assert_int_equal(relay_cursor_is_asked(reader, RELAY_EVENTS, &asked), STATUS_OK);
    assert_false(asked);
}

/* A transaction may have a later number of its own and still write a lower one into its event; a snapshot
   ends with the last transaction that ended, so it does not know of it. */
static void test_rebase_waits_for_later_ones(void **state)
{
    (void)state;
    static struct relay_cursor cursor;
    bool settled = true, is_new, is_foreign;
    assert_int_equal(relay_cursor_load(reader, RELAY_EVENTS, &cursor, &is_new, &is_foreign), STATUS_OK);
    PGconn *early = database_connect(&d, "postgres"), *late = database_connect(&d, "postgres");
    database_exec(early, "begin");
    database_exec(early, "select pg_current_xact_id()");
    database_exec(late, "begin");
    insert_event(late, 1);
    insert_event(early, 2);
    database_exec(early, "commit");
    cursor.acked_seq = 0;
    assert_int_equal(rebase_to(&cursor, 0), STATUS_OK);
    assert_int_equal(relay_cursor_is_settled(reader, &cursor, &settled), STATUS_OK);
    assert_false(settled);
    database_exec(late, "commit");
    assert_int_equal(relay_cursor_is_settled(reader, &cursor, &settled), STATUS_OK);
    assert_true(settled);
    read_by_number(&cursor);
    expect_all_once_in_order();
    PQfinish(early);
    PQfinish(late);
}

/* Whatever moment it is told, a rewind leaves nothing out that is not published. */
static void test_rewind_never_goes_forward(void **state)
{
    (void)state;
    static struct relay_cursor cursor;
    bool empty = true, is_new, is_foreign;
    assert_int_equal(relay_cursor_load(reader, RELAY_EVENTS, &cursor, &is_new, &is_foreign), STATUS_OK);
    catch_up(&cursor);
    assert_int_equal(rewind_to(&cursor, 0), STATUS_OK);
    read_by_number(&cursor);
    insert_event(superuser, 1); /* sealed soon after, and two hours old when the relay comes to it */
    assert_int_equal(relay_cursor_next_window(reader, &cursor, &empty), STATUS_OK);
    assert_false(empty);
    int64_t unpublished = cursor.acked_seq;
    database_exec(superuser,
                  "insert into paybus.blocks select b.number + 1, b.last_seq + 1,"
                  " (select max(seq) from paybus.events), 1, 0, 0, b.hash, sha256('c'), '', clock_timestamp()"
                  " from paybus.blocks b order by number desc limit 1");
    assert_int_equal(rewind_to(&cursor, FAR_US), STATUS_OK);
    assert_true(cursor.acked_seq <= unpublished);
    read_next_window(&cursor, 1);
    assert_int_equal(rewind_to(&cursor, FAR_US), STATUS_OK);
    cursor.acked_seq = unpublished - 1; /* by number now, and not there yet */
    assert_int_equal(rewind_to(&cursor, FAR_US), STATUS_OK);
    assert_true(cursor.acked_seq <= unpublished - 1);
}

/* As after a restore from a dump: rows with numbers of transactions that this cluster has not reached. */
static void test_another_cluster(void **state)
{
    (void)state;
    static struct relay_cursor cursor;
    bool is_new, is_foreign, empty = false;
    assert_int_equal(relay_cursor_load(reader, RELAY_EVENTS, &cursor, &is_new, &is_foreign), STATUS_OK);
    (void)snprintf(cursor.cluster, sizeof cursor.cluster, "7000000000000000000");
    assert_int_equal(relay_cursor_save(reader, &cursor), STATUS_OK);
    database_exec(superuser,
                  "insert into paybus.events (id, xid, type, resource, object_id, command_id, owner, actor,"
                  " after, created_at) select gen_random_uuid(), " FOREIGN_XID
                  ", 'account.frozen', 'account',"
                  " gen_random_uuid(), gen_random_uuid(), 'o', 'a', '{}', clock_timestamp()"
                  " from generate_series(1, 300)");
    assert_int_equal(relay_cursor_load(reader, RELAY_EVENTS, &cursor, &is_new, &is_foreign), STATUS_OK);
    assert_true(is_foreign);
    begin_reading(&cursor);
    read_by_number(&cursor);
    expect_all_once_in_order();

    insert_event(superuser, 4);
    read_next_window(&cursor, 1); /* and none of the restored ones */
    assert_int_equal(relay_cursor_next_window(reader, &cursor, &empty), STATUS_OK);
    assert_true(empty);
}

/* A rewind to a moment begins behind the blocks that were sealed before it, and not later. */
static void test_rewind_to_a_moment(void **state)
{
    (void)state;
    static struct relay_cursor cursor;
    bool is_new, is_foreign;
    assert_int_equal(relay_cursor_load(reader, RELAY_EVENTS, &cursor, &is_new, &is_foreign), STATUS_OK);
    cursor.acked_seq = INT64_MAX; /* all is published */
    database_exec(superuser,
                  "insert into paybus.blocks select 1, 1, 10, 1, 0, 0, decode(repeat('00', 32), 'hex'),"
                  " sha256('a'), '', clock_timestamp() - interval '2 hours'");
    database_exec(superuser,
                  "insert into paybus.blocks select 2, 11, 20, 1, 0, 0, sha256('a'), sha256('b'), '',"
                  " clock_timestamp()");
    int64_t now_us =
        strtoll(database_value(superuser, "select (extract(epoch from clock_timestamp()) * 1000000)::bigint"),
                NULL, 10);
    assert_int_equal(rewind_to(&cursor, now_us + AN_HOUR_AGO), STATUS_OK);
    assert_int_equal(cursor.acked_seq, 10);
    cursor.acked_seq = INT64_MAX;
    assert_int_equal(rewind_to(&cursor, now_us + 5 * AN_HOUR_AGO), STATUS_OK);
    assert_int_equal(cursor.acked_seq, 0);
    int64_t at_us = 0;
    assert_int_equal(relay_event_time(reader, 1, &at_us), STATUS_OK);
    assert_true(at_us > now_us + AN_HOUR_AGO && at_us <= now_us);
    assert_int_equal(relay_event_time(reader, INT64_MAX, &at_us), STATUS_INVALID);
}

/* The clock was set back between two blocks: what was sealed before, at a later time, is asked for as well.
 */
static void test_rewind_over_a_clock_set_back(void **state)
{
    (void)state;
    static struct relay_cursor cursor;
    bool is_new, is_foreign;
    assert_int_equal(relay_cursor_load(reader, RELAY_EVENTS, &cursor, &is_new, &is_foreign), STATUS_OK);
    database_exec(superuser,
                  "insert into paybus.blocks select b.number + n, b.last_seq + n, b.last_seq + n, 1, 0, 0,"
                  " case n when 1 then b.hash else sha256(('b' || n - 1)::bytea) end,"
                  " sha256(('b' || n)::bytea), '', clock_timestamp() +"
                  " (array[100, 150, 95, 140])[n] * interval '1 minute' from generate_series(1, 4) n,"
                  " (select * from paybus.blocks order by number desc limit 1) b");
    int64_t first =
        strtoll(database_value(superuser, "select max(last_seq) - 3 from paybus.blocks"), NULL, 10);
    int64_t asked_us =
        strtoll(database_value(superuser, "select (extract(epoch from clock_timestamp() + interval"
                                          " '145 minutes') * 1000000)::bigint"),
                NULL, 10);
    cursor.base_seq = cursor.acked_seq = first + 10;
    assert_int_equal(rewind_to(&cursor, asked_us), STATUS_OK);
    assert_int_equal(cursor.acked_seq, first);
}

/* What may not be on the stream's disk yet begins with a number; no more comes than the stream has room for.
 */
static void test_rewind_to_a_number(void **state)
{
    (void)state;
    static struct relay_cursor cursor;
    bool is_new, is_foreign;
    assert_int_equal(relay_cursor_load(reader, RELAY_EVENTS, &cursor, &is_new, &is_foreign), STATUS_OK);
    insert_event(superuser, 1);
    int64_t now_us =
        strtoll(database_value(superuser, "select (extract(epoch from clock_timestamp()) * 1000000)::bigint"),
                NULL, 10);
    struct relay_reach reach = {.from_us = now_us + AN_HOUR_AGO, .from_seq = 8};
    cursor.acked_seq = INT64_MAX;
    assert_int_equal(relay_cursor_rewind(reader, &cursor, &reach), STATUS_OK);
    assert_int_equal(cursor.acked_seq, 7);
    reach = (struct relay_reach){.from_us = 0, .at_most = 3};
    cursor.acked_seq = INT64_MAX;
    assert_int_equal(relay_cursor_rewind(reader, &cursor, &reach), STATUS_OK);
    assert_int_equal(cursor.acked_seq, cursor.base_seq - 3);
}

#define MANY 50000 /* more than come in order with what is new */
#define INSERT_MANY                                                                                          \
    "insert into paybus.events (id, type, resource, object_id, command_id, owner, actor, after, created_at)" \
    " select gen_random_uuid(), 'account.frozen', 'account', gen_random_uuid(), gen_random_uuid(), 'o',"     \
    " 'a', '{}', clock_timestamp() from generate_series(1, %d)"

/* All events that come again beside the windows; how many. */
static int64_t read_history(struct relay_cursor *c)
{
    int64_t count = 0;
    while (relay_cursor_has_history(c)) {
        CLEANUP(chain_rows_free) struct chain_rows rows = {0};
        assert_int_equal(relay_cursor_read_history(reader, c, CHAIN_READ_MAX, &rows), STATUS_OK);
        int found = PQntuples(rows.events);
        for (int i = 0; i < found; i++) {
            assert_true(db_get_int(rows.events, i, 0) > c->history.seq);
            c->history.seq = db_get_int(rows.events, i, 0);
        }
        count += found;
        if (found < CHAIN_READ_MAX)
            c->history.seq = c->history.last_seq;
    }
    return count;
}

/* After a loss of much the newest comes in order, then what is new, and beside it what is old: each once. */
static void test_much_comes_again(void **state)
{
    (void)state;
    static struct relay_cursor cursor;
    bool is_new, is_foreign;
    char sql[512];
    assert_int_equal(relay_cursor_load(reader, RELAY_EVENTS, &cursor, &is_new, &is_foreign), STATUS_OK);
    (void)snprintf(sql, sizeof sql, INSERT_MANY, MANY);
    database_exec(superuser, sql);
    int64_t all = strtoll(database_value(superuser, "select count(*) from paybus.events"), NULL, 10);
    catch_up(&cursor);
    insert_event(superuser, 1); /* its window is open, and not published */
    bool empty = true;
    assert_int_equal(relay_cursor_next_window(reader, &cursor, &empty), STATUS_OK);
    assert_int_equal(relay_cursor_rewind(reader, &cursor, &(struct relay_reach){.from_us = 0}), STATUS_OK);
    int64_t in_order = count_by_number(&cursor);
    assert_in_range(in_order, 1, MANY / 2);
    insert_event(superuser, 1);
    read_next_window(&cursor, 2);
    assert_int_equal(read_history(&cursor), all - in_order);
    /* Half of it is there: what was still to come still comes. */
    assert_int_equal(relay_cursor_rewind(reader, &cursor, &(struct relay_reach){.from_us = 0}), STATUS_OK);
    cursor.history.seq = cursor.history.last_seq / 2;
    int64_t from = cursor.history.seq;
    assert_int_equal(relay_cursor_rewind(reader, &cursor, &(struct relay_reach){.from_us = 0, .at_most = 1}),
                     STATUS_OK);
    assert_int_equal(cursor.history.seq, from);
    assert_int_equal(cursor.history.last_seq, cursor.acked_seq);
}

/* A window that nobody could look at has what a window has: what is new, and what was late, each once. */
static void test_unseen_window(void **state)
{
    (void)state;
    static struct relay_cursor cursor;
    bool is_new, is_foreign, empty = false;
    assert_int_equal(relay_cursor_load(reader, RELAY_EVENTS, &cursor, &is_new, &is_foreign), STATUS_OK);
    catch_up(&cursor);
    assert_int_equal(rewind_to(&cursor, 0), STATUS_OK);
    read_by_number(&cursor);
    PGconn *open = database_connect(&d, "postgres");
    database_exec(open, "begin");
    insert_event(open, 1);
    insert_event(superuser, 2);
    read_next_window(&cursor, 1);
    database_exec(open, "commit");
    PQfinish(open);
    insert_event(superuser, 3);
    for (int i = 0; i < 2; i++) {
        CLEANUP(chain_rows_free) struct chain_rows rows = {0};
        assert_int_equal(relay_cursor_next_window_unseen(reader, &cursor), STATUS_OK);
        assert_int_equal(relay_cursor_read(reader, &cursor, CHAIN_READ_MAX, &rows), STATUS_OK);
        assert_int_equal(PQntuples(rows.events), i == 0 ? 2 : 0);
        note(&cursor, &rows);
    }
    assert_int_equal(relay_cursor_next_window(reader, &cursor, &empty), STATUS_OK);
    assert_true(empty);
    expect_all_once_in_order();
}

/* The clock was set back by more than a day while an event was written. */
static void test_clock_was_behind(void **state)
{
    (void)state;
    static struct relay_cursor cursor;
    bool is_new, is_foreign;
    database_exec(superuser,
                  "do $$ declare day date := (now() at time zone 'UTC' - interval '26 hours')::date;"
                  " begin execute format('create table if not exists paybus.events_%s partition of"
                  " paybus.events for values from (%L) to (%L)', to_char(day, 'YYYYMMDD'),"
                  " day || ' 00:00:00+00', day + 1 || ' 00:00:00+00'); end $$");
    assert_int_equal(relay_cursor_load(reader, RELAY_EVENTS, &cursor, &is_new, &is_foreign), STATUS_OK);
    catch_up(&cursor);
    assert_int_equal(rewind_to(&cursor, 0), STATUS_OK);
    read_by_number(&cursor);
    database_exec(superuser,
                  "insert into paybus.events (id, type, resource, object_id, command_id, owner, actor, after,"
                  " created_at) select gen_random_uuid(), 'account.frozen', 'account', gen_random_uuid(),"
                  " gen_random_uuid(), 'o', 'a', '{}', clock_timestamp() - interval '26 hours'");
    read_next_window(&cursor, 1);
}

static bool waits_for_number(void *context)
{
    char look[128];
    (void)snprintf(look, sizeof look,
                   "select count(*) from pg_stat_activity where pid = %d and wait_event_type = 'Lock'",
                   PQbackendPID(context));
    return strcmp(database_value(superuser, look), "1") == 0;
}

/* Whoever waits for a number has a transaction's number: none that began later gets a lower one. */
static void test_transaction_comes_first(void **state)
{
    (void)state;
    PGconn *holder = database_connect(&d, "postgres"), *writer = database_connect(&d, "postgres");
    database_exec(holder, "begin");
    database_exec(holder, "alter sequence paybus.events_seq cache 1");
    char insert[512], look[128];
    (void)snprintf(insert, sizeof insert, INSERT_EVENT, 1);
    (void)snprintf(look, sizeof look,
                   "select backend_xid from pg_stat_activity where pid = %d and wait_event_type = 'Lock'",
                   PQbackendPID(writer));
    assert_int_equal(PQsendQuery(writer, insert), 1);
    assert_true(eventually(waits_for_number, writer, WAIT_MS));
    assert_string_not_equal(database_value(superuser, look), "");
    database_exec(holder, "rollback");
    PQfinish(holder);
    PQfinish(writer);
}

static int create(void **state)
{
    (void)state;
    static char conninfo[128];
    log_init("test_relay_windows", "1", LOG_ERROR);
    database_create_migrated(&d);
    superuser = database_connect(&d, "postgres");
    (void)snprintf(conninfo, sizeof conninfo, "host=127.0.0.1 port=%d user=paybus_ledger dbname=paybus",
                   d.postgres.port);
    options = store_session_options(conninfo);
    return db_open(&options, &reader) == STATUS_OK ? 0 : -1;
}

static int destroy(void **state)
{
    (void)state;
    db_close(reader);
    PQfinish(superuser);
    database_destroy(&d);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writers),
        cmocka_unit_test(test_rebase_waits),
        cmocka_unit_test(test_rebase_waits_for_later_ones),
        cmocka_unit_test(test_rewind_does_not_wait),
        cmocka_unit_test(test_rewind_twice),
        cmocka_unit_test(test_clock_was_ahead),
        cmocka_unit_test(test_clock_was_behind),
        cmocka_unit_test(test_unseen_window),
        cmocka_unit_test(test_transaction_comes_first),
        cmocka_unit_test(test_asked_for),
        cmocka_unit_test(test_another_cluster),
        cmocka_unit_test(test_rewind_to_a_moment),
        cmocka_unit_test(test_rewind_to_a_number),
        cmocka_unit_test(test_rewind_over_a_clock_set_back),
        cmocka_unit_test(test_rewind_never_goes_forward),
        cmocka_unit_test(test_much_comes_again),
    };
    return cmocka_run_group_tests(tests, create, destroy);
}
