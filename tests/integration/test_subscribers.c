/* test_subscribers.c - the endpoints that webhook-svc remembers are those of PostgreSQL, whenever they were
   committed and whatever time they bear; ten times as many cost ten times as much, not a hundred times, and
   one that changed costs next to nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/support/database.h"
#include "webhook-svc/edge/subscribers.h"
#include "webhook-svc/store/session.h"

#define FEW         10000
#define MANY        100000
#define RATIO_MAX   30 /* of FEW to MANY: 10 if it grows with their number, 100 if with its square */
#define OWNERS      1000
#define ASKED_TIMES 20000

static struct database database;
static char url[DATABASE_URL_SIZE];
static struct db_options options;
static struct db *db;
static PGconn *owner;
static struct subscribers s;
static int64_t full_us; /* what reading MANY cost */

/* So many, of owners "owner0000" to "owner0999", from a number on. */
static void insert(PGconn *conn, int from, int count)
{
    char sql[1024];
    (void)snprintf(
        sql, sizeof sql,
        "insert into paybus.webhook_endpoints (id, owner, url, event_types, status, secret,"
        " enabled_at, created_at, updated_at)"
        " select gen_random_uuid(), 'owner' || lpad((n %% %d)::text, 4, '0'), 'https://example.com/' || n,"
        " '[\"transaction.posted\",\"hold.*\"]', 'enabled', 'sealed', now(), now(), now()"
        " from generate_series(%d, %d) n",
        OWNERS, from, from + count - 1);
    database_exec(conn, sql);
}

static void update(void)
{
    assert_int_equal(subscribers_update(&s, db), STATUS_OK);
}

static size_t count_of(const char *name, const char *type)
{
    size_t count = 0;
    const struct subscriber *one = NULL;
    while ((one = subscribers_next(&s, str_of(name), str_of(type), one)) != NULL)
        count++;
    return count;
}

static void expect_sorted(void)
{
    for (size_t i = 1; i < s.count; i++) {
        int order = strcmp(s.list[i - 1].owner, s.list[i].owner);
        assert_true(order < 0 || (order == 0 && uuid_compare(&s.list[i - 1].id, &s.list[i].id) < 0));
    }
}

static void what_changes_is_seen(void **state)
{
    (void)state;
    update();
    assert_int_equal(s.count, 0);
    insert(owner, 0, 3 * OWNERS);
    update();
    assert_int_equal(s.count, 3 * OWNERS);
    expect_sorted();
    assert_int_equal(count_of("owner0007", "transaction.posted"), 3);
    assert_int_equal(count_of("owner0007", "hold.captured"), 3);
    assert_int_equal(count_of("owner0007", "account.frozen"), 0);
    assert_int_equal(count_of("owner00", "transaction.posted"), 0);
    assert_false(subscribers_want(&s, STR_LIT("account.frozen")));
    database_exec(owner, "update paybus.webhook_endpoints set event_types = '[\"account.frozen\"]'"
                         " where url = 'https://example.com/7'");
    database_exec(owner, "update paybus.webhook_endpoints set status = 'disabled', disabled_reason = 'x'"
                         " where url = 'https://example.com/1007'");
    database_exec(
        owner,
        "update paybus.webhook_endpoints set status = 'deleted' where url = 'https://example.com/2007'");
    update();
    assert_int_equal(s.count, 3 * OWNERS - 1);
    expect_sorted();
    assert_int_equal(count_of("owner0007", "transaction.posted"), 1);
    assert_int_equal(count_of("owner0007", "account.frozen"), 1);
    assert_false(subscribers_next(&s, STR_LIT("owner0007"), STR_LIT("transaction.posted"), NULL)->is_enabled);
    assert_true(subscribers_want(&s, STR_LIT("account.frozen")));
}

/* A transaction that ends later than others that began later; a clock that was a day ahead. */
static void whatever_time_it_bears(void **state)
{
    (void)state;
    size_t before = s.count;
    PGconn *slow = database_connect(&database, "postgres");
    database_exec(slow, "begin");
    insert(slow, 10 * OWNERS, 1);
    insert(owner, 11 * OWNERS, 1);
    update();
    assert_int_equal(s.count, before + 1);
    database_exec(owner, "update paybus.webhook_endpoints set updated_at = updated_at + interval '1 day'"
                         " where url = 'https://example.com/11000'");
    update();
    insert(owner, 12 * OWNERS, 1);
    update();
    assert_int_equal(s.count, before + 2);
    database_exec(slow, "commit");
    update();
    assert_int_equal(s.count, before + 3);
    PQfinish(slow);
}

/* Numbers of events tell what came after an endpoint. */
static void numbers_tell_what_came_after(void **state)
{
    (void)state;
    database_exec(owner, "select nextval('paybus.events_seq')");
    insert(owner, 20 * OWNERS + 77, 1);
    const char *last = database_value(owner, "select last_value from paybus.events_seq");
    int64_t drawn = strtoll(last, NULL, 10);
    update();
    const struct subscriber *one = NULL, *newest = NULL;
    while ((one = subscribers_next(&s, STR_LIT("owner0077"), STR_LIT("transaction.posted"), one)) != NULL)
        newest = newest == NULL || one->created_seq > newest->created_seq ? one : newest;
    assert_true(newest != NULL && newest->created_seq == drawn);
}

static int64_t used_us(void)
{
    struct timespec t;
    assert_int_equal(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t), 0);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t cost_of_reading_all(void)
{
    subscribers_doubt(&s);
    int64_t before_us = used_us();
    update();
    return used_us() - before_us;
}

static int64_t cost_of_a_change(void)
{
    database_exec(owner,
                  "update paybus.webhook_endpoints set description = 'x'"
                  " where id = (select id from paybus.webhook_endpoints where status <> 'deleted' limit 1)");
    int64_t before_us = used_us();
    update();
    return used_us() - before_us;
}

static int64_t cost_of_asking(void)
{
    int64_t before_us = used_us();
    for (int i = 0; i < ASKED_TIMES; i++) {
        assert_false(subscribers_want(&s, STR_LIT("payout.created")));
        assert_null(subscribers_next(&s, STR_LIT("nobody"), STR_LIT("hold.captured"), NULL));
    }
    return used_us() - before_us;
}

static void the_cost_grows_with_their_number(void **state)
{
    (void)state;
    insert(owner, 0, FEW - (int)s.count);
    int64_t few_us = cost_of_reading_all(), few_asked_us = cost_of_asking();
    assert_int_equal(s.count, FEW);
    insert(owner, 0, MANY - FEW);
    int64_t many_us = cost_of_reading_all(), many_asked_us = cost_of_asking(), change_us = cost_of_a_change();
    assert_int_equal(s.count, MANY);
    expect_sorted();
    print_message("  all: %lld and %lld us, asked: %lld and %lld us, a change: %lld us\n", (long long)few_us,
                  (long long)many_us, (long long)few_asked_us, (long long)many_asked_us,
                  (long long)change_us);
    full_us = many_us;
    assert_true(many_us < RATIO_MAX * few_us);
    assert_true(many_asked_us < 3 * few_asked_us);
    assert_true(change_us < many_us / 5);
}

/* In a cluster that was restored from a dump they bear numbers of transactions that are still to come. */
static void foreign_transactions_cost_nothing(void **state)
{
    (void)state;
    database_exec(owner, "set session_replication_role = replica;"
                         "update paybus.webhook_endpoints set xid = '999999999999';"
                         "reset session_replication_role");
    subscribers_doubt(&s);
    update();
    int64_t us = cost_of_a_change();
    print_message("  a change: %lld us\n", (long long)us);
    assert_int_equal(s.count, MANY);
    assert_true(us < full_us / 5);
}

/* Those that are gone are not read again. */
static void deleted_ones_cost_nothing(void **state)
{
    (void)state;
    database_exec(owner, "update paybus.webhook_endpoints set status = 'deleted', disabled_reason = null"
                         " where status <> 'deleted' and id >= '08000000-0000-0000-0000-000000000000'");
    update();
    size_t left = s.count;
    assert_true(left < MANY / 10);
    int64_t us = cost_of_reading_all();
    assert_int_equal(s.count, left);
    expect_sorted();
    print_message("  %zu of %d: %lld us\n", left, MANY, (long long)us);
    assert_true(us < full_us / 3);
}

static int start(void **state)
{
    (void)state;
    database_create_migrated(&database);
    owner = database_connect(&database, "postgres");
    (void)snprintf(url, sizeof url, "host=127.0.0.1 port=%d user=paybus_webhook dbname=paybus",
                   database.postgres.port);
    options = webhook_session_options(url);
    subscribers_init(&s);
    return db_open(&options, &db) == STATUS_OK ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    subscribers_free(&s);
    db_close(db);
    PQfinish(owner);
    database_destroy(&database);
    return 0;
}

/* As when a demonstration is put back. */
static void what_is_truncated_is_gone(void **state)
{
    (void)state;
    update();
    assert_true(s.count > 0);
    database_exec(owner, "begin; alter table paybus.webhook_endpoints disable trigger user;"
                         " truncate paybus.webhook_endpoints;"
                         " alter table paybus.webhook_endpoints enable trigger user; commit");
    update();
    assert_int_equal(s.count, 0);
    insert(owner, 0, OWNERS);
    update();
    assert_int_equal(s.count, OWNERS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_changes_is_seen),
        cmocka_unit_test(whatever_time_it_bears),
        cmocka_unit_test(numbers_tell_what_came_after),
        cmocka_unit_test(the_cost_grows_with_their_number),
        cmocka_unit_test(foreign_transactions_cost_nothing),
        cmocka_unit_test(deleted_ones_cost_nothing),
        cmocka_unit_test(what_is_truncated_is_gone),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
