/* test_fanout_watch.c - what the stream did not bring is read from PostgreSQL: for endpoints that were made
   while that was looked for, too, and in parts that end in time, whatever was noted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/database.h"
#include "webhook-svc/edge/fanout_watch.h"
#include "webhook-svc/edge/webhook_metrics.h"
#include "webhook-svc/store/session.h"

#define TURNS_MAX 300
#define PER_BLOCK 1000
#define MANY      300000
#define SHORT     "set statement_timeout = '200ms'"

static struct database database;
static char url[DATABASE_URL_SIZE];
static struct db_options options;
static struct db *db;
static PGconn *superuser;
static struct subscribers subscribers;
static struct delivery_queue queue;
static struct fanout_batch *batch;
static struct fanout_watch watch;

static void insert_endpoint(const char *id)
{
    char sql[512];
    (void)snprintf(
        sql, sizeof sql,
        "insert into paybus.webhook_endpoints (id, owner, url, event_types, status, secret,"
        " enabled_at, created_at, updated_at) values ('%s', 'owner',"
        " 'https://example.com/', '[\"hold.authorized\"]', 'enabled', 'sealed', now(), now(), now())",
        id);
    database_exec(superuser, sql);
}

/* Nobody wants them but the first. */
static void insert_events(int64_t from, int64_t to)
{
    char sql[1024];
    (void)snprintf(
        sql, sizeof sql,
        "insert into paybus.events (seq, id, type, resource, object_id, command_id, owner, actor, after,"
        " created_at) select n, gen_random_uuid(), case n when %lld then 'hold.authorized' else"
        " 'currency.created' end, 'hold', gen_random_uuid(), gen_random_uuid(), 'owner', 'actor',"
        " '{\"owner\":\"owner\"}', now() from generate_series(%lld::bigint, %lld) n",
        (long long)from, (long long)from, (long long)to);
    database_exec(superuser, sql);
}

/* Behind what is done, to be looked at by this test alone. */
static void insert_blocks(int64_t from, int64_t to)
{
    char sql[1024];
    (void)snprintf(
        sql, sizeof sql,
        "insert into paybus.blocks (number, first_seq, last_seq, event_count, transaction_count, entry_count,"
        " previous_hash, hash, marks, sealed_at) select (select coalesce(max(number), 0) from paybus.blocks)"
        " + row_number() over (order by n), n, least(n + %d - 1, %lld), least(%d, %lld - n + 1), 0, 0,"
        " decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex'), '', now()"
        " from generate_series(%lld::bigint, %lld, %d) n",
        PER_BLOCK, (long long)to, PER_BLOCK, (long long)to, (long long)from, (long long)to, PER_BLOCK);
    database_exec(superuser, sql);
}

static int64_t number(const char *sql)
{
    return strtoll(database_value(superuser, sql), NULL, 10);
}

static int64_t deliveries_to(const char *endpoint)
{
    char sql[256];
    (void)snprintf(sql, sizeof sql, "select count(*) from paybus.webhook_deliveries where endpoint_id = '%s'",
                   endpoint);
    return number(sql);
}

static enum status turn(void)
{
    int64_t made = 0;
    const struct fanout_turn t = {db, &subscribers, batch};
    return fanout_watch_turn(&watch, &t, &made);
}

/* As webhook-svc's thread does it. */
static bool turn_until_done(int64_t seq)
{
    for (int i = 0; i < TURNS_MAX; i++) {
        assert_int_equal(subscribers_update(&subscribers, db), STATUS_OK);
        enum status s = turn();
        (void)s; /* what took too long is tried again */
        if (number("select done_seq from paybus.webhook_fanout") >= seq)
            return true;
    }
    return false;
}

/* The subscribers were read, then an endpoint is made, and then an event: the look finds that sealed. */
static void an_endpoint_made_while_it_looks(void **state)
{
    (void)state;
    static const char old[] = "00000000-0000-7000-8000-000000000001",
                      made[] = "00000000-0000-7000-8000-000000000002";
    insert_endpoint(old);
    assert_int_equal(subscribers_update(&subscribers, db), STATUS_OK);
    insert_endpoint(made);
    insert_events(1, 1);
    insert_blocks(1, 1);
    assert_int_equal(turn(), STATUS_OK);
    assert_true(turn_until_done(1));
    assert_int_equal(deliveries_to(old), 1);
    assert_int_equal(deliveries_to(made), 1);
}

/* One is missing, and hundreds of thousands behind it were noted. */
static void one_before_many(const char *beyond)
{
    int64_t first = number("select done_seq + 1 from paybus.webhook_fanout"), last = first + MANY - 1;
    insert_events(first, last);
    insert_blocks(first, last);
    database_exec(superuser, beyond);
    database_exec(superuser, "vacuum analyze paybus.events");
    int64_t before = number("select count(*) from paybus.webhook_deliveries");
    fanout_watch_doubt(&watch);
    assert_int_equal(db_exec(db, SHORT), STATUS_OK);
    assert_true(turn_until_done(last));
    assert_int_equal(number("select count(*) from paybus.webhook_deliveries"), before + 2);
}

static void few_are_missing_of_many(void **state)
{
    (void)state;
    one_before_many("update paybus.webhook_fanout set beyond = int8multirange(int8range(done_seq + 2, "
                    "done_seq + 300001))");
}

/* Gaps part what was noted, as numbers do that were drawn for nothing. */
static void what_was_noted_is_in_many_parts(void **state)
{
    (void)state;
    one_before_many("update paybus.webhook_fanout set beyond = (select range_agg(int8range(n, n + 299)) from"
                    " generate_series(done_seq + 2, done_seq + 300000, 300) n)");
}

static int start(void **state)
{
    (void)state;
    database_create_migrated(&database);
    superuser = database_connect(&database, "postgres");
    database_exec(superuser, "set session_replication_role = replica"); /* the walls ask for more than this */
    (void)snprintf(url, sizeof url, "host=127.0.0.1 port=%d user=paybus_webhook dbname=paybus",
                   database.postgres.port);
    options = webhook_session_options(url);
    subscribers_init(&subscribers);
    webhook_metrics_init();
    fanout_watch_init(&watch, 0);
    if (fanout_batch_open(&subscribers, &queue, &batch) != STATUS_OK)
        return -1;
    return db_open(&options, &db) == STATUS_OK ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    fanout_batch_close(batch);
    subscribers_free(&subscribers);
    db_close(db);
    PQfinish(superuser);
    database_destroy(&database);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_endpoint_made_while_it_looks),
        cmocka_unit_test(few_are_missing_of_many),
        cmocka_unit_test(what_was_noted_is_in_many_parts),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
