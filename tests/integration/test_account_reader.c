/* test_account_reader.c - single accounts read by many threads at once: everybody gets his own, what was
   committed before is seen, statements are shared, deadlines and lost connections are each reader's own, a
   session that hangs holds up nobody else. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ingress/edge/account_reader.h"
#include "ingress/store/accounts.h"
#include "ingress/store/session.h"
#include "shared/core/clock.h"
#include "shared/io/log.h"
#include "tests/support/database.h"
#include "tests/support/process.h"

#define ACCOUNTS  200
#define THREADS   16
#define READS     500 /* of each thread */
#define FAR_US    (30 * INT64_C(1000000))
#define SOON_US   1000000 /* what hangs is given up after 2.5 s */
#define POOL_SIZE 4
#define CHANGES   100
#define CHANGING  1000 /* an account that the threads do not read */

/* Account n is named "Account n". */
#define INSERT_ACCOUNTS                                                                                      \
    "insert into paybus.accounts (id, owner, type, currency, name, created_at)"                              \
    " select lpad(to_hex(n), 32, '0')::uuid, 'somebody', 'user', 'EUR', 'Account ' || n, now()"              \
    " from (select generate_series(1, 200) union all select 1000) as a (n)"

static struct database database;
static PGconn *superuser;
static char url[DATABASE_URL_SIZE];
static struct db_options options;

struct scene {
    struct db_pool *pool;
    struct account_reader *reader;
};

static struct scene open_scene(int pool_size)
{
    struct scene s = {0};
    assert_int_equal(db_pool_open(&options, pool_size, &s.pool), STATUS_OK);
    assert_int_equal(account_reader_open(s.pool, THREADS + 1, &s.reader), STATUS_OK);
    return s;
}

static void close_scene(struct scene *s)
{
    account_reader_close(s->reader);
    db_pool_close(s->pool);
}

static struct uuid account_id(int number)
{
    return (struct uuid){{[14] = (uint8_t)(number >> 8), [15] = (uint8_t)number}};
}

/* The name of an account; an empty one when it could not be read. */
static enum status read_name(struct account_reader *reader, int number, int64_t patience_us,
                             char ret_name[64])
{
    struct uuid id = account_id(number);
    struct found_account found CLEANUP(found_account_free) = {0};
    struct account_resource a;
    ret_name[0] = '\0';
    enum status s = account_reader_find(reader, &id, clock_monotonic_us() + patience_us, &found);
    if (s == STATUS_OK) {
        account_row(found.result, found.row, &a);
        (void)snprintf(ret_name, 64, "%.*s", (int)a.name.len, a.name.data);
    }
    return s;
}

static void the_account_or_none(void **state)
{
    (void)state;
    struct scene s CLEANUP(close_scene) = open_scene(1);
    char name[64];
    assert_int_equal(read_name(s.reader, 7, FAR_US, name), STATUS_OK);
    assert_string_equal(name, "Account 7");
    assert_int_equal(read_name(s.reader, ACCOUNTS + 1, FAR_US, name), STATUS_NOT_FOUND);
}

struct reading {
    struct account_reader *reader;
    pthread_t thread;
    int first, reads;
    int64_t patience_us;
    int right, missing, timeouts, wrong;
};

static void *read_many(void *context)
{
    struct reading *r = context;
    for (int i = 0; i < r->reads; i++) {
        char name[64], wanted[64];
        int number = 1 + (r->first + i * 7) % (ACCOUNTS + 1); /* the last does not exist */
        (void)snprintf(wanted, sizeof wanted, "Account %d", number);
        enum status s = read_name(r->reader, number, r->patience_us, name);
        if (s == STATUS_OK && number <= ACCOUNTS && strcmp(name, wanted) == 0) {
            r->right++;
        } else if (s == STATUS_NOT_FOUND && number > ACCOUNTS) {
            r->missing++;
        } else if (s == STATUS_TIMEOUT) {
            r->timeouts++;
        } else {
            r->wrong++;
        }
    }
    return NULL;
}

static void start(struct account_reader *reader, struct reading *readings, int reads, int64_t patience_us)
{
    for (int i = 0; i < THREADS; i++) {
        readings[i] =
            (struct reading){.reader = reader, .first = i * 13, .reads = reads, .patience_us = patience_us};
        assert_int_equal(pthread_create(&readings[i].thread, NULL, read_many, &readings[i]), 0);
    }
}

/* The sum of what they found. */
static struct reading finish(struct reading *readings)
{
    struct reading sum = {0};
    for (int i = 0; i < THREADS; i++) {
        pthread_join(readings[i].thread, NULL);
        sum.right += readings[i].right;
        sum.missing += readings[i].missing;
        sum.timeouts += readings[i].timeouts;
        sum.wrong += readings[i].wrong;
    }
    return sum;
}

static long transactions_so_far(void)
{
    return strtol(
        database_value(superuser, "select xact_commit from pg_stat_database where datname = 'paybus'"), NULL,
        10);
}

static bool sessions_have_ended(void *context)
{
    (void)context;
    return strcmp(database_value(superuser,
                                 "select count(*) from pg_stat_activity where usename = 'paybus_ingress'"),
                  "0") == 0;
}

static void threads_share_statements_and_get_their_own(void **state)
{
    (void)state;
    struct reading readings[THREADS];
    struct scene s = open_scene(POOL_SIZE);
    long before = transactions_so_far();
    start(s.reader, readings, READS, FAR_US);
    struct reading sum = finish(readings);
    close_scene(&s);
    assert_int_equal(sum.wrong + sum.timeouts, 0);
    assert_int_equal(sum.right + sum.missing, THREADS * READS);
    assert_true(sum.missing > 0);
    /* A session has counted its statements when it has ended. */
    assert_true(eventually(sessions_have_ended, NULL, 10000));
    assert_in_range(transactions_so_far() - before, 1, THREADS * READS / 2);
}

/* While others keep statements under way: a read may not be answered by one that was sent before it. */
static void what_was_committed_before_is_seen(void **state)
{
    (void)state;
    struct reading readings[THREADS];
    struct scene s CLEANUP(close_scene) = open_scene(POOL_SIZE);
    start(s.reader, readings, READS, FAR_US);
    for (int i = 0; i < CHANGES; i++) {
        char sql[128], name[64], wanted[64];
        (void)snprintf(wanted, sizeof wanted, "Changed %d", i);
        (void)snprintf(sql, sizeof sql, "update paybus.accounts set name = '%s' where id = '%032x'", wanted,
                       CHANGING);
        database_exec(superuser, sql);
        assert_int_equal(read_name(s.reader, CHANGING, FAR_US, name), STATUS_OK);
        assert_string_equal(name, wanted);
    }
    struct reading sum = finish(readings);
    assert_int_equal(sum.wrong + sum.timeouts, 0);
}

static void a_deadline_is_kept_without_a_connection(void **state)
{
    (void)state;
    struct reading readings[THREADS];
    struct scene s CLEANUP(close_scene) = open_scene(1);
    struct db *lent = NULL;
    char name[64];
    assert_int_equal(db_pool_take(s.pool, clock_monotonic_us() + FAR_US, &lent), STATUS_OK);
    int64_t before_ms = clock_monotonic_ms();
    start(s.reader, readings, 1, 100000);
    struct reading sum = finish(readings);
    assert_int_equal(sum.timeouts, THREADS);
    assert_in_range(clock_monotonic_ms() - before_ms, 95, 2000);
    db_pool_give(s.pool, lent);
    assert_int_equal(read_name(s.reader, 3, FAR_US, name), STATUS_OK);
}

/* PostgreSQL's own limit ends the statement: all who share it hear so, and the next read works. With one
   connection: under this lock no other can prepare its statements. */
static void a_statement_that_takes_too_long_is_everybodys(void **state)
{
    (void)state;
    struct reading readings[THREADS];
    struct scene s CLEANUP(close_scene) = open_scene(1);
    char name[64];
    assert_int_equal(read_name(s.reader, 3, FAR_US, name), STATUS_OK); /* connected */
    database_exec(superuser, "begin; lock table paybus.accounts in access exclusive mode");
    start(s.reader, readings, 1, FAR_US);
    struct reading sum = finish(readings);
    database_exec(superuser, "rollback");
    assert_int_equal(sum.timeouts, THREADS);
    assert_int_equal(read_name(s.reader, 3, FAR_US, name), STATUS_OK);
}

static void lost_connections_are_replaced(void **state)
{
    (void)state;
    struct reading readings[THREADS];
    struct scene s CLEANUP(close_scene) = open_scene(POOL_SIZE);
    char name[64];
    assert_int_equal(read_name(s.reader, 3, FAR_US, name), STATUS_OK); /* connected */
    start(s.reader, readings, READS, FAR_US);
    database_exec(superuser, "select pg_terminate_backend(pid) from pg_stat_activity "
                             "where usename = 'paybus_ingress'");
    struct reading sum = finish(readings);
    assert_int_equal(sum.wrong + sum.timeouts, 0);
    assert_int_equal(sum.right + sum.missing, THREADS * READS);
}

static pid_t waiting_for_lock(void)
{
    const char *pid =
        database_value(superuser, "select coalesce(max(pid), 0) from pg_locks where not granted");
    return (pid_t)strtol(pid, NULL, 10);
}

static bool somebody_waits_for_lock(void *context)
{
    (void)context;
    return waiting_for_lock() != 0;
}

/* Starts a read whose session is stopped in the midst of its statement. */
static pid_t start_stopped_read(struct reading *reading)
{
    database_exec(superuser, "begin; lock table paybus.accounts in access exclusive mode");
    int failed = pthread_create(&reading->thread, NULL, read_many, reading);
    bool waits = failed == 0 && eventually(somebody_waits_for_lock, NULL, 1500);
    pid_t session = waits ? waiting_for_lock() : 0;
    bool is_stopped = session > 0 && kill(session, SIGSTOP) == 0;
    database_exec(superuser, "rollback");
    assert_true(is_stopped);
    return session;
}

/* The others are answered while it hangs, and when it goes on among them. */
static void a_session_that_hangs_holds_up_nobody_else(void **state)
{
    (void)state;
    struct reading readings[THREADS];
    struct scene s CLEANUP(close_scene) = open_scene(POOL_SIZE);
    struct reading stopped = {.reader = s.reader, .first = 2, .reads = 1, .patience_us = FAR_US};
    char name[64];
    assert_int_equal(read_name(s.reader, 3, FAR_US, name), STATUS_OK); /* connected */
    pid_t session = start_stopped_read(&stopped);
    start(s.reader, readings, 1, SOON_US);
    struct reading during = finish(readings);
    start(s.reader, readings, READS, SOON_US);
    int failed = kill(session, SIGCONT);
    struct reading after = finish(readings);
    pthread_join(stopped.thread, NULL);
    assert_int_equal(failed, 0);
    assert_int_equal(during.right + during.missing, THREADS);
    assert_int_equal(after.right + after.missing, THREADS * READS);
    assert_int_equal(stopped.wrong, 0);
}

static int set_up(void **state)
{
    (void)state;
    database_create_migrated(&database);
    superuser = database_connect(&database, "postgres");
    database_exec(superuser, INSERT_ACCOUNTS);
    (void)snprintf(url, sizeof url, "host=127.0.0.1 port=%d user=paybus_ingress dbname=paybus",
                   database.postgres.port);
    options = ingress_session_options(url);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    PQfinish(superuser);
    database_destroy(&database);
    return 0;
}

int main(void)
{
    log_init("test_account_reader", "1", LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_account_or_none),
        cmocka_unit_test(threads_share_statements_and_get_their_own),
        cmocka_unit_test(what_was_committed_before_is_seen),
        cmocka_unit_test(a_deadline_is_kept_without_a_connection),
        cmocka_unit_test(a_statement_that_takes_too_long_is_everybodys),
        cmocka_unit_test(lost_connections_are_replaced),
        cmocka_unit_test(a_session_that_hangs_holds_up_nobody_else),
    };
    return cmocka_run_group_tests_name("account_reader", tests, set_up, tear_down);
}
