/* test_due_work.c - ten thousand deliveries that are due for one endpoint keep no other's waiting, and who is
   due is found without reading what is not. What waits here is not looked for in the stream. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "shared/io/db.h"
#include "tests/support/database.h"
#include "webhook-svc/store/session.h"
#include "webhook-svc/store/sweep.h"

#define MAX      256
#define LANE_MAX 64
#define FEW      5
#define ADD                                                                                                  \
    "insert into paybus.work (id, kind, object_id, endpoint_id, state, next_attempt_at, parked_until, "      \
    "enqueued_at, updated_at, created_at) select gen_random_uuid(), 'delivery', gen_random_uuid(), "         \
    "('00000000-0000-7000-8000-' || lpad('%d', 12, '0'))::uuid, 'failed', now(), now() + interval '%s', "    \
    "now(), now(), now() from generate_series(1, %d)"

static struct database database;
static PGconn *superuser;
static struct db *db;
static struct uuid ids[MAX];

static void add(int lane, const char *due, int count)
{
    char sql[512];
    (void)snprintf(sql, sizeof sql, ADD, lane, due, count);
    database_exec(superuser, sql);
}

/* How many of a lane are still due. */
static int64_t left(int lane)
{
    char sql[256];
    (void)snprintf(sql, sizeof sql,
                   "select count(*) from paybus.work where parked_until <= now() and endpoint_id = "
                   "('00000000-0000-7000-8000-' || lpad('%d', 12, '0'))::uuid",
                   lane);
    return strtoll(database_value(superuser, sql), NULL, 10);
}

static int set_up(void **state)
{
    (void)state;
    database_exec(superuser, "delete from paybus.work");
    add(1, "-1 hour", 10000);
    add(2, "-1 second", FEW);
    add(3, "-1 second", FEW);
    add(4, "1 hour", FEW);
    return 0;
}

/* The long one first, as long as there is no more than one part. */
static void the_longest_due_first(void **state)
{
    (void)state;
    struct due_work due = {.ids = ids};
    assert_int_equal(store_take_due_work(db, MAX, &due), STATUS_OK);
    assert_int_equal(due.count, MAX);
    assert_int_equal(left(1), 10000 - MAX);
    assert_int_equal(left(2) + left(3), 2 * FEW);
}

static void each_lane_has_its_share(void **state)
{
    (void)state;
    struct due_work due = {.ids = ids};
    const struct fair_share share = {.max = MAX, .lane_max = LANE_MAX};
    assert_int_equal(store_take_due_work_fairly(db, &share, &due), STATUS_OK);
    assert_int_equal(due.count, LANE_MAX + 2 * FEW);
    assert_int_equal(left(1), 10000 - LANE_MAX);
    assert_int_equal(left(2) + left(3), 0);
    assert_int_equal(store_take_due_work_fairly(db, &share, &due), STATUS_OK);
    assert_int_equal(due.count, LANE_MAX);
}

/* Part by part every lane has its turn. */
static void one_lane_after_the_other(void **state)
{
    (void)state;
    struct due_work due = {.ids = ids};
    struct fair_share share = {.max = LANE_MAX + 1, .lane_max = LANE_MAX};
    assert_int_equal(store_take_due_work_fairly(db, &share, &due), STATUS_OK);
    assert_int_equal(due.count, LANE_MAX + 1);
    assert_int_equal(left(2), FEW - 1);
    share.from_lane = due.last_lane;
    assert_int_equal(store_take_due_work_fairly(db, &share, &due), STATUS_OK);
    assert_int_equal(due.count, 2 * FEW - 1);
    assert_int_equal(left(1), 10000 - LANE_MAX);
}

/* How much unfinished work of deliveries the sweeper looks for in the stream. */
static size_t lying(void)
{
    struct lying_work work[MAX];
    const struct lying_query query = {.kind = WORK_KIND_delivery, .seconds = 1, .max = MAX};
    size_t count = 0;
    assert_int_equal(store_list_lying_work(db, &query, work, &count), STATUS_OK);
    return count;
}

/* It is published when the queue has room, however long it is due: not because nobody has seen its message.
 */
static void what_waits_here_is_not_lost(void **state)
{
    (void)state;
    database_exec(superuser, "update paybus.work set enqueued_at = now() - interval '1 day',"
                             " next_attempt_at = now() - interval '1 hour'");
    assert_int_equal(lying(), 0);
    database_exec(superuser, "update paybus.work set parked_until = null"
                             " where endpoint_id = '00000000-0000-7000-8000-000000000002'");
    assert_int_equal(lying(), FEW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_longest_due_first, set_up),
        cmocka_unit_test_setup(each_lane_has_its_share, set_up),
        cmocka_unit_test_setup(one_lane_after_the_other, set_up),
        cmocka_unit_test_setup(what_waits_here_is_not_lost, set_up),
    };
    char url[DATABASE_URL_SIZE];
    database_create_migrated(&database);
    superuser = database_connect(&database, "postgres");
    (void)snprintf(url, sizeof url, "host=127.0.0.1 port=%d user=paybus_webhook dbname=paybus",
                   database.postgres.port);
    const struct db_options options = webhook_session_options(url);
    if (db_open(&options, &db) != STATUS_OK)
        servers_fail("no session of webhook-svc");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    db_close(db);
    PQfinish(superuser);
    database_destroy(&database);
    return failed;
}
