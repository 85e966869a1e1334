/* test_event_days.c - the lists of events over 400 days, a partition each: pages find what a plain look at
   all rows finds, also where numbers and times cross around midnight, and the newest page touches the newest
   days only, however many are kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ingress/store/bounds.h"
#include "ingress/store/events.h"
#include "shared/core/typeid.h"
#include "tests/integration/reader.h"

#define ROWS(table) (sizeof(table) / sizeof(table)[0])
#define PAGE        25
#define DAYS        400
#define FEW_TABLES  32 /* of today, of nine days before and of the 14 ahead */

/* Ten groups of 20 a day, the first of them over midnight: within a group times go up and down by 9 s. Every
   tenth is no transfer. The newest ten days have none on days 3 to 6. */
#define INSERT_EVENTS                                                                                        \
    "set session_replication_role = replica;"                                                                \
    "insert into paybus.events (seq, id, type, resource, object_id, command_id, owner, actor, source, "      \
    "                           after, created_at)"                                                          \
    " select n, (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '70008' || "              \
    "            lpad(to_hex(n), 15, '0'))::uuid,"                                                           \
    "  case when n % 10 <> 0 then 'transaction.posted' when n % 20 = 0 then 'account.frozen'"                \
    "       else 'hold.released' end,"                                                                       \
    "  case when n % 10 <> 0 then 'transaction' when n % 20 = 0 then 'account' else 'hold' end,"             \
    "  lpad(to_hex(n % 70), 32, '0')::uuid, gen_random_uuid(), 'common',"                                    \
    "  case when n = 55 then 'early' else 'key' end, case when n in (7, 50000) then 'webhook:1' end,"        \
    "  case when n % 10 = 0 then json '{}' end, at"                                                          \
    " from (select n, current_date - 399 + (n / 20) * interval '8640 s' - interval '4.5 s'"                  \
    "              + (n::bigint * 7919 % 90) * interval '0.1 s' as at"                                       \
    "       from generate_series(20, 79999) as n) as e"                                                      \
    " where at < current_date - 6 or at >= current_date - 2;"                                                \
    "reset session_replication_role"

static struct reader reader;

static const struct row {
    const char *name;
    const char *condition; /* of what is wanted, on paybus.events */
    const char *resource, *type, *actor, *source;
    int object;              /* its number; 0: any */
    int from_day, until_day; /* before today, at half a day; 0: no bound */
    int start;               /* the number of the event that the first page comes after; 0: the newest */
} rows[] = {
    {.name = "all", .condition = "true"},
    {.name = "from the middle", .condition = "seq < 40003", .start = 40003},
    {.name = "from the oldest", .condition = "seq < 70", .start = 70},
    {.name = "resource", .condition = "resource = 'account'", .resource = "account"},
    {.name = "resource from the middle",
     .condition = "resource = 'account' and seq < 40003",
     .resource = "account",
     .start = 40003},
    {.name = "type", .condition = "type = 'hold.released'", .type = "hold.released"},
    {.name = "no such type", .condition = "false", .type = "hold.expired"},
    {.name = "source", .condition = "source = 'webhook:1'", .source = "webhook:1"},
    {.name = "actor", .condition = "actor = 'early'", .actor = "early"},
    {.name = "object",
     .condition = "object_id = lpad(to_hex(50), 32, '0')::uuid and type <> 'transaction.posted'",
     .object = 50},
    {.name = "a day",
     .condition = "created_at >= current_date - 100.5 * interval '1 day'"
                  " and created_at < current_date - 99.5 * interval '1 day'",
     .from_day = 100,
     .until_day = 99},
    {.name = "the silent days",
     .condition = "created_at >= current_date - 7.5 * interval '1 day'"
                  " and created_at < current_date - 1.5 * interval '1 day'",
     .from_day = 7,
     .until_day = 1},
    {.name = "a month of one resource",
     .condition = "resource = 'hold' and created_at >= current_date - 60.5 * interval '1 day'"
                  " and created_at < current_date - 30.5 * interval '1 day'",
     .resource = "hold",
     .from_day = 60,
     .until_day = 30},
};

static struct str text(const char *s)
{
    return s != NULL ? str_of(s) : (struct str){NULL, 0};
}

static int64_t half_day_us(int day, int64_t fallback)
{
    char sql[160];
    if (day == 0)
        return fallback;
    (void)snprintf(sql, sizeof sql,
                   "select (extract(epoch from current_date - %d.5 * interval '1 day') * 1000000)::bigint",
                   day);
    return strtoll(database_value(reader.superuser, sql), NULL, 10);
}

static void list_of(const struct row *row, struct uuid *object, struct event_list *ret_list)
{
    object->bytes[15] = (uint8_t)row->object;
    *ret_list = (struct event_list){.resource = text(row->resource),
                                    .type = text(row->type),
                                    .actor = text(row->actor),
                                    .source = text(row->source),
                                    .object = row->object != 0 ? object : NULL,
                                    .from_us = half_day_us(row->from_day, TIME_FIRST_US),
                                    .until_us = half_day_us(row->until_day, TIME_LAST_US),
                                    .before_seq = row->start != 0 ? row->start : INT64_MAX,
                                    .limit = PAGE};
}

/* The numbers of one page, and where the next one starts; false when it was the last. */
static bool take_page(struct event_list *list, struct uuid *before, int64_t *seqs, size_t *count)
{
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    assert_int_equal(events_list(reader.ingress, list, &r), STATUS_OK);
    for (int i = 0; i < PQntuples(r); i++) {
        struct event_row e;
        event_row(r, i, &e);
        assert_true(e.seq < list->before_seq && e.is_wanted);
        list->before_seq = e.seq;
        *before = e.id;
        list->before = before;
        if (*count < READER_EVENTS_MAX)
            seqs[(*count)++] = e.seq;
    }
    return PQntuples(r) == PAGE;
}

static void test_pages(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        static int64_t seqs[READER_EVENTS_MAX];
        struct uuid object = {{0}}, before;
        struct event_list list;
        size_t count = 0;
        list_of(&rows[i], &object, &list);
        while (take_page(&list, &before, seqs, &count) && count < READER_EVENTS_MAX) {
        }
        reader_expect_events(&reader, rows[i].name, rows[i].condition, seqs, count);
    }
}

/* How many partitions a page locks. */
static long tables_locked(const struct event_list *list)
{
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    database_exec(db_raw(reader.ingress), "begin");
    assert_int_equal(events_list(reader.ingress, list, &r), STATUS_OK);
    assert_int_equal(PQntuples(r), PAGE);
    long count = strtol(
        database_value(db_raw(reader.ingress),
                       "select count(*) from pg_locks l join pg_class c on c.oid = l.relation"
                       " where l.pid = pg_backend_pid() and c.relkind = 'r' and c.relname ~ '^events_2'"),
        NULL, 10);
    database_exec(db_raw(reader.ingress), "rollback");
    return count;
}

static void test_only_the_newest_days_are_opened(void **state)
{
    (void)state;
    struct uuid object = {{0}}, before = uuid7_make(half_day_us(299, 0), 0, 0);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct event_list list;
        if (strcmp(rows[i].name, "all") != 0 && strcmp(rows[i].name, "resource") != 0 &&
            strcmp(rows[i].name, "a day") != 0)
            continue;
        list_of(&rows[i], &object, &list);
        long locked = tables_locked(&list);
        if (locked == 0 || locked > FEW_TABLES)
            fail_msg("%s: %ld tables are locked", rows[i].name, locked);
        list.before = &before; /* a cursor far back */
        list.before_seq = 20000;
        if (list.until_us == TIME_LAST_US && tables_locked(&list) > FEW_TABLES)
            fail_msg("%s: a page in the past locks too much", rows[i].name);
    }
}

/* PostgreSQL writes ids as the services do, every digit. */
static void test_ids(void **state)
{
    (void)state;
    for (int i = 0; i < 512; i++) {
        struct uuid id = {{0}};
        char text[TYPEID_TEXT_SIZE], plain[UUID_TEXT_SIZE], sql[128];
        for (size_t j = 0; j < sizeof id.bytes; j++)
            id.bytes[j] = i < 256 ? (uint8_t)i : (uint8_t)((size_t)i * 151 + j * 83);
        uuid_format(&id, plain);
        typeid_format("acct", &id, text);
        (void)snprintf(sql, sizeof sql, "select api.typeid('acct', '%s')", plain);
        assert_string_equal(database_value(reader.superuser, sql), text);
    }
}

static int create(void **state)
{
    (void)state;
    char sql[160];
    reader_create(&reader);
    (void)snprintf(sql, sizeof sql,
                   "set role paybus_owner; select paybus.make_partition('events', current_date - day)"
                   " from generate_series(2, %d) as day; reset role",
                   DAYS);
    database_exec(reader.superuser, sql);
    database_exec(reader.superuser, INSERT_EVENTS);
    reader_connect(&reader);
    return 0;
}

static int destroy(void **state)
{
    (void)state;
    reader_destroy(&reader);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_ids), cmocka_unit_test(test_pages),
                                       cmocka_unit_test(test_only_the_newest_days_are_opened)};
    return cmocka_run_group_tests(tests, create, destroy);
}
