/* test_expiry_failures.c - more holds than a batch takes whose every change is refused: those behind them
   expire on time all the same, and they themselves once they can. So do those beside one whose row a session
   outside ledger-svc keeps locked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "ledger-svc/edge/expiry.h"
#include "ledger-svc/edge/ledger_metrics.h"
#include "shared/core/clock.h"
#include "shared/io/service.h"
#include "tests/support/database.h"
#include "tests/support/process.h"

#define ON_TIME_MS 20000 /* each that fails is tried alone; a busy machine with sanitizers takes seconds */
#define ROUND_MS   60000 /* some rounds of 10 s */

/* 600 holds of alice that a trigger keeps as they are, and two of bob. */
#define PLANT                                                                                                \
    "insert into paybus.accounts (id, owner, type, currency, name, credits_posted, debits_pending, "         \
    "                             created_at) values"                                                        \
    " ('01900000-0000-7000-a000-000000000001', 'alice', 'user', 'EUR', 'a', 100000, 60000, now()),"          \
    " ('01900000-0000-7000-a000-000000000002', 'bob', 'user', 'EUR', 'b', 1000, 200, now()),"                \
    " ('01900000-0000-7000-a000-000000000003', 'carol', 'user', 'EUR', 'c', 0, 0, now());"                   \
    "insert into paybus.holds (id, account_id, destination_id, owner, currency, amount, expires_at, "        \
    "                          created_at, updated_at)"                                                      \
    " select ('01900000-0000-7000-b000-' || lpad(to_hex(n), 12, '0'))::uuid,"                                \
    "  '01900000-0000-7000-a000-000000000001', '01900000-0000-7000-a000-000000000003', 'alice', 'EUR', 100," \
    "  now() - interval '1 h' + n / 3 * interval '1 ms', now() - interval '2 h', now() - interval '2 h'"     \
    " from generate_series(1, 600) as n;"                                                                    \
    "insert into paybus.holds (id, account_id, destination_id, owner, currency, amount, expires_at, "        \
    "                          created_at, updated_at)"                                                      \
    " select ('01900000-0000-7000-c000-' || lpad(to_hex(n), 12, '0'))::uuid,"                                \
    "  '01900000-0000-7000-a000-000000000002', '01900000-0000-7000-a000-000000000003', 'bob', 'EUR', 100,"   \
    "  now() + (n - 2) * interval '1 h' + interval '1 s', now() - interval '2 h', now() - interval '2 h'"    \
    " from generate_series(1, 2) as n;"                                                                      \
    "create function public.refuse() returns trigger language plpgsql as $$"                                 \
    " begin raise exception 'planted'; end $$;"                                                              \
    "create trigger refuse before update on paybus.holds for each row when (old.owner = 'alice')"            \
    " execute function public.refuse()"

/* One of carol, due at the same time as one of bob. */
#define PLANT_TWINS                                                                                          \
    "begin;"                                                                                                 \
    "update paybus.accounts set credits_posted = credits_posted + 100, debits_pending = 100"                 \
    " where owner in ('bob', 'carol');"                                                                      \
    "insert into paybus.holds (id, account_id, destination_id, owner, currency, amount, expires_at, "        \
    "                          created_at, updated_at)"                                                      \
    " select ('01900000-0000-7000-d000-' || right(a.id::text, 12))::uuid, a.id,"                             \
    "  '01900000-0000-7000-a000-000000000001', a.owner, 'EUR', 100, now() + interval '5 s', now(), now()"    \
    " from paybus.accounts a where a.owner in ('bob', 'carol');"                                             \
    "commit"

static struct database d;
static PGconn *conn;

static long count_expired(const char *owner)
{
    char sql[128];
    (void)snprintf(sql, sizeof sql,
                   "select count(*) from paybus.holds where owner = '%s' and status = 'expired'", owner);
    return strtol(database_value(conn, sql), NULL, 10);
}

static bool bob_is_done(void *context)
{
    (void)context;
    return count_expired("bob") == 2;
}

static bool alice_is_done(void *context)
{
    (void)context;
    return count_expired("alice") == 600;
}

static void test_failures_keep_nobody_waiting(void **state)
{
    (void)state;
    assert_true(eventually(bob_is_done, NULL, ON_TIME_MS));
    assert_int_equal(count_expired("alice"), 0);
}

static void test_what_failed_is_tried_again(void **state)
{
    (void)state;
    database_exec(conn, "drop trigger refuse on paybus.holds");
    assert_true(eventually(alice_is_done, NULL, ROUND_MS));
    assert_string_equal(database_value(conn, "select sum(debits_pending) from paybus.accounts"), "0");
}

static bool third_of_bob_is_done(void *context)
{
    (void)context;
    return count_expired("bob") == 3;
}

static bool carol_is_done(void *context)
{
    (void)context;
    return count_expired("carol") == 1;
}

static void test_a_locked_row_keeps_nobody_waiting(void **state)
{
    (void)state;
    PGconn *foreign = database_connect(&d, "postgres");
    database_exec(conn, PLANT_TWINS);
    database_exec(foreign, "begin; select from paybus.holds where owner = 'carol' for update");
    assert_string_equal(
        database_value(conn,
                       "select bool_and(expires_at > now()) from paybus.holds where status <> 'expired'"),
        "t");
    assert_true(eventually(third_of_bob_is_done, NULL, ON_TIME_MS));
    assert_false(carol_is_done(NULL));
    database_exec(foreign, "rollback");
    assert_true(eventually(carol_is_done, NULL, ROUND_MS));
    PQfinish(foreign);
}

static struct expiry *expiry;

static int create(void **state)
{
    (void)state;
    static char url[DATABASE_URL_SIZE];
    database_create_migrated(&d);
    conn = database_connect(&d, "postgres");
    ledger_metrics_init();
    database_exec(conn, PLANT);
    (void)snprintf(url, sizeof url, "host=127.0.0.1 port=%d user=paybus_ledger dbname=paybus",
                   d.postgres.port);
    assert_int_equal(
        expiry_start(&(struct ledger_config){.database_url = url, .key_retention_hours = 24}, &expiry),
        STATUS_OK);
    return 0;
}

static int destroy(void **state)
{
    (void)state;
    service_request_stop();
    expiry_join(expiry);
    PQfinish(conn);
    database_destroy(&d);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_failures_keep_nobody_waiting),
                                       cmocka_unit_test(test_what_failed_is_tried_again),
                                       cmocka_unit_test(test_a_locked_row_keeps_nobody_waiting)};
    return cmocka_run_group_tests(tests, create, destroy);
}
