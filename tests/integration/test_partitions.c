/* test_partitions.c - days ahead, days past, and nobody who waits for either. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/database.h"
#include "tests/support/process.h"

#define DEADLINE_MS 20000

#define COUNT_PARTITIONS(parent)                                                                             \
    "select count(*) || ',' || min(right(c.relname, 8)::date - current_date) || ','"                         \
    " || max(right(c.relname, 8)::date - current_date) from pg_inherits i join pg_class c on c.oid = "       \
    "i.inhrelid"                                                                                             \
    " where i.inhparent = 'paybus." parent "'::regclass"
#define INSERT_EVENT(time)                                                                                   \
    "insert into paybus.events (id, type, resource, object_id, command_id, owner, actor, after, "            \
    "created_at) values"                                                                                     \
    " (gen_random_uuid(), 't', 'r', gen_random_uuid(), gen_random_uuid(), 'o', 'key', '{}', " time ")"
#define INSERT_KEY(day)                                                                                      \
    "insert into paybus.idempotency_keys values (gen_random_uuid(), " day                                    \
    ", 'o', 'k', '', gen_random_uuid(), 201,"                                                                \
    " '{}', now())"

static struct database d;
static PGconn *owner, *ledger;
static struct tool tool;

static void sql_gives(const char *sql, const char *wanted)
{
    assert_string_equal(database_value(owner, sql), wanted);
}

static int run_partitions(const char *option, const char *value)
{
    const char *const argv[] = {
        database_admin_path, "partitions", "--database", d.owner_url, option, value, NULL};
    return tool_run(&tool, argv);
}

static void test_after_migrating(void **state)
{
    (void)state;
    sql_gives(COUNT_PARTITIONS("events"), "16,-1,14");
    sql_gives(COUNT_PARTITIONS("idempotency_keys"), "16,-1,14");
    sql_gives("select paybus.ensure_partitions(14)", "0");
    sql_gives("select paybus.ensure_partitions(16)", "4");
    sql_gives(COUNT_PARTITIONS("events"), "18,-1,16");
}

/* A day is a UTC day, whatever the session thinks. */
static void test_utc(void **state)
{
    (void)state;
    database_exec(owner, "set timezone = 'Pacific/Kiritimati'");
    database_exec(owner, "select paybus.ensure_partitions(18)");
    database_exec(owner, "reset timezone");
    database_exec(ledger, INSERT_EVENT("((current_date + 18)::text || ' 00:00:00+00')::timestamptz"));
    database_exec(ledger, INSERT_EVENT("((current_date + 18)::text || ' 23:59:59.999999+00')::timestamptz"));
    sql_gives("select string_agg(right(tableoid::regclass::text, 8)::date - current_date || '', ',')"
              " from paybus.events where created_at >= current_date + 18",
              "18,18");
}

static void test_each_is_guarded(void **state)
{
    (void)state;
    sql_gives("select count(*) from pg_inherits i join pg_class c on c.oid = i.inhrelid"
              " where i.inhparent in ('paybus.events'::regclass, 'paybus.idempotency_keys'::regclass)"
              " and (c.relacl is not null or not exists (select from pg_trigger t where t.tgrelid = c.oid"
              "  and t.tgname = 'append_only' and t.tgenabled = 'O'))",
              "0");
    sql_gives("select string_agg(distinct attstorage::text, ',') from pg_attribute where attname = 'body'"
              " and attrelid::regclass::text ~ '^paybus.idempotency_keys'",
              "e");
}

/* Writers do not wait for a new partition, and it does not wait for them. */
static void test_beside_a_writer(void **state)
{
    (void)state;
    database_exec(ledger, "begin");
    database_exec(ledger, INSERT_EVENT("now()"));
    database_exec(owner, "begin");
    sql_gives("select paybus.ensure_partitions(19)", "2");
    database_exec(ledger, INSERT_EVENT("now()"));
    database_exec(owner, "commit");
    database_exec(ledger, "commit");
}

static void test_gives_up_soon(void **state)
{
    (void)state;
    PGconn *blocker = database_connect(&d, "paybus_owner");
    database_exec(blocker, "begin");
    database_exec(blocker, "lock table paybus.events in access exclusive mode");
    assert_string_equal(database_try(owner, "select paybus.ensure_partitions(20)"), "55P03");
    PQfinish(blocker);
    sql_gives("select paybus.ensure_partitions(20)", "2");
}

static void make_old(int days)
{
    char sql[256];
    (void)snprintf(sql, sizeof(sql),
                   "select paybus.make_partition('events', current_date - %d),"
                   " paybus.make_partition('idempotency_keys', current_date - %d)",
                   days, days);
    database_exec(owner, sql);
}

static void test_old_keys_go(void **state)
{
    (void)state;
    make_old(9);
    make_old(2); /* ended less than 48 hours ago */
    assert_string_equal(database_try(owner, "select paybus.old_idempotency_partitions('23 hours')"), "22023");
    sql_gives("select count(*) from paybus.old_idempotency_partitions('48 hours')", "1");
    assert_int_equal(run_partitions("--keep-hours", "48"), 0);
    assert_non_null(strstr(tool.output, "partition_dropped"));
    sql_gives(COUNT_PARTITIONS("idempotency_keys"), "23,-2,20");
    sql_gives("select count(*) from pg_class where relname ~ '^idempotency_keys_[0-9]*$'", "23");
    sql_gives(COUNT_PARTITIONS("events"), "24,-9,20"); /* facts stay */
    assert_int_equal(run_partitions("--keep-hours", "23"), 64);
}

/* A long reader keeps the old partition from going; nobody else notices, and a later run finishes the work.
 */
static void test_old_keys_behind_a_reader(void **state)
{
    (void)state;
    make_old(5);
    PGconn *reader = database_connect(&d, "paybus_recon");
    database_exec(reader, "begin isolation level repeatable read");
    database_exec(reader, "select count(*) from paybus.idempotency_keys");
    assert_int_equal(run_partitions("--days", "14"), 1);
    assert_non_null(strstr(tool.output, "partitions_not_dropped"));
    database_exec(ledger, "set lock_timeout = '100ms'");
    database_exec(ledger, INSERT_KEY("current_date"));
    database_exec(reader, "select count(*) from paybus.idempotency_keys");
    PQfinish(reader);
    assert_int_equal(run_partitions("--days", "14"), 0);
    sql_gives("select count(*) from paybus.old_idempotency_partitions('48 hours')", "0");
    sql_gives(COUNT_PARTITIONS("idempotency_keys"), "23,-2,20");
}

static bool has_run_once(void *context)
{
    return strstr(tool_read(context), "partitions_ensured") != NULL;
}

static void test_loop_ends_on_sigterm(void **state)
{
    (void)state;
    const char *const argv[] = {database_admin_path, "partitions", "--database", d.owner_url,
                                "--every",           "3600",       NULL};
    tool_start(&tool, argv);
    assert_true(eventually(has_run_once, &tool, DEADLINE_MS));
    assert_int_equal(kill(tool.pid, SIGTERM), 0);
    assert_int_equal(tool_wait(&tool), 0);
    assert_non_null(strstr(tool.output, "\"stopped\""));
}

static int create(void **state)
{
    (void)state;
    database_create_migrated(&d);
    owner = database_connect(&d, "paybus_owner");
    ledger = database_connect(&d, "paybus_ledger");
    return 0;
}

static int destroy(void **state)
{
    (void)state;
    PQfinish(owner);
    PQfinish(ledger);
    database_destroy(&d);
    return 0;
}

int main(void)
{
    /* In this order: they share one database. */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_after_migrating),
        cmocka_unit_test(test_utc),
        cmocka_unit_test(test_each_is_guarded),
        cmocka_unit_test(test_beside_a_writer),
        cmocka_unit_test(test_gives_up_soon),
        cmocka_unit_test(test_old_keys_go),
        cmocka_unit_test(test_old_keys_behind_a_reader),
        cmocka_unit_test(test_loop_ends_on_sigterm),
    };
    return cmocka_run_group_tests(tests, create, destroy);
}
