/* test_expiry_clock.c - holds expire by PostgreSQL's clock: the machine's own may be wrong. This file's clock
   takes the place of shared/core/clock.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "ledger-svc/edge/expiry.h"
#include "ledger-svc/edge/ledger_metrics.h"
#include "shared/core/clock.h"
#include "shared/io/service.h"
#include "tests/support/database.h"

#define BEHIND_US INT64_C(20000000)
#define WITHIN_MS 10000

static int64_t read_us(clockid_t id)
{
    struct timespec now;
    assert_int_equal(clock_gettime(id, &now), 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_unix_us(void)
{
    return read_us(CLOCK_REALTIME) - BEHIND_US;
}

int64_t clock_monotonic_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

int64_t clock_monotonic_ms(void)
{
    return read_us(CLOCK_MONOTONIC) / 1000;
}

static struct database d;
static PGconn *conn;

static bool is_expired(void)
{
    return strcmp(database_value(conn, "select status from paybus.holds"), "expired") == 0;
}

static void test_a_clock_that_is_behind(void **state)
{
    (void)state;
    char url[DATABASE_URL_SIZE];
    struct expiry *expiry = NULL;
    database_exec(conn, "begin");
    database_exec(conn,
                  "insert into paybus.accounts (id, owner, type, currency, name, credits_posted,"
                  " debits_pending, created_at) values ('01900000-0000-7000-a000-000000000001', 'alice',"
                  " 'user', 'EUR', 'a', 1000, 100, now()), ('01900000-0000-7000-a000-000000000003', 'bob',"
                  " 'user', 'EUR', 'b', 0, 0, now())");
    database_exec(conn, "insert into paybus.holds (id, account_id, destination_id, owner, currency, amount,"
                        " expires_at, created_at, updated_at) values ('01900000-0000-7000-a000-000000000002',"
                        " '01900000-0000-7000-a000-000000000001', '01900000-0000-7000-a000-000000000003',"
                        " 'alice', 'EUR', 100, now() - interval '1 s', now() - interval '2 s', now())");
    database_exec(conn, "commit");
    (void)snprintf(url, sizeof url, "host=127.0.0.1 port=%d user=paybus_ledger dbname=paybus",
                   d.postgres.port);
    assert_int_equal(
        expiry_start(&(struct ledger_config){.database_url = url, .key_retention_hours = 24}, &expiry),
        STATUS_OK);
    int64_t start_ms = clock_monotonic_ms();
    while (!is_expired() && clock_monotonic_ms() - start_ms < WITHIN_MS)
        (void)nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    service_request_stop();
    expiry_join(expiry);
    assert_true(is_expired());
    assert_string_equal(database_value(conn, "select sum(debits_pending) from paybus.accounts"), "0");
}

static int create(void **state)
{
    (void)state;
    database_create_migrated(&d);
    conn = database_connect(&d, "postgres");
    ledger_metrics_init();
    return 0;
}

static int destroy(void **state)
{
    (void)state;
    PQfinish(conn);
    database_destroy(&d);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_clock_that_is_behind),
    };
    return cmocka_run_group_tests(tests, create, destroy);
}
