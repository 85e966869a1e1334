/* test_event_search.c - the lists of events on three days of 100,000 each: every filter finds what a plain
   look at all rows finds, reads few pages of the tables, and a filter without an index goes on from page to
   page. */
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
#include "tests/integration/reader.h"
#include "tests/support/explain.h"

#define ROWS(table) (sizeof(table) / sizeof(table)[0])
#define EVENTS      300000
#define SCAN_MAX    100000 /* as in the statements */
#define PAGE        25
#define FEW_BUFFERS 3000 /* of 8 KiB; the events have more than 10,000 */

/* Three days from tomorrow on; numbers and times do not rise quite together. Each thousandth is no transfer.
 */
#define INSERT_EVENTS                                                                                        \
    "set session_replication_role = replica;"                                                                \
    "insert into paybus.events (seq, id, type, resource, object_id, command_id, owner, actor, source, "      \
    "                           after, created_at)"                                                          \
    " select n, gen_random_uuid(),"                                                                          \
    "  case when n % 1000 <> 0 then 'transaction.posted' when n % 2000 = 0 then 'account.frozen'"            \
    "       else 'hold.released' end,"                                                                       \
    "  case when n % 1000 <> 0 then 'transaction' when n % 2000 = 0 then 'account' else 'hold' end,"         \
    "  lpad(to_hex(case when n % 1000 = 0 then n % 7000 else n end), 32, '0')::uuid, gen_random_uuid(),"     \
    "  case when n % 50000 = 3 then 'rare' else 'common' end, case when n = 5 then 'early' else 'key' end,"  \
    "  case when n % 30000 = 7 then 'webhook:1' end, case when n % 1000 = 0 then json '{}' end,"             \
    "  current_date + 1 + n * interval '0.864 s' + (n::bigint * 7919 % 90) * interval '50 ms'"               \
    " from generate_series(1, 299999) as n;"                                                                 \
    "insert into paybus.transactions (id, kind, amount, currency, entry_count, owner, actor, created_at)"    \
    " select object_id, 'transfer', 1, 'EUR', 2, owner, actor, created_at + interval '3 us'"                 \
    " from paybus.events where type = 'transaction.posted' and seq % 100 in (3, 50);"                        \
    "reset session_replication_role"

static struct reader reader;

static const struct row {
    const char *name;
    const char *condition; /* of what is wanted, on paybus.events */
    const char *resource, *type, *actor, *source, *owner;
    int object;               /* its number; 0: any */
    const char *from, *until; /* intervals after the first day's midnight */
    bool scans;               /* has no index: looks at SCAN_MAX events a page */
} rows[] = {
    {.name = "all", .condition = "true"},
    {.name = "resource", .condition = "resource = 'account'", .resource = "account"},
    {.name = "type", .condition = "type = 'hold.released'", .type = "hold.released"},
    {.name = "posted", .condition = "type = 'transaction.posted'", .type = "transaction.posted"},
    {.name = "another resource's type", .condition = "false", .resource = "hold", .type = "account.frozen"},
    {.name = "source", .condition = "source = 'webhook:1'", .source = "webhook:1"},
    {.name = "object", .condition = "object_id = lpad(to_hex(3000), 32, '0')::uuid", .object = 3000},
    {.name = "transaction", .condition = "seq = 150050", .object = 150050},
    {.name = "first of its day", .condition = "seq = 100003", .object = 100003},
    {.name = "last of its day", .condition = "seq = 99950", .object = 99950},
    {.name = "no such object", .condition = "false", .object = 999999999},
    {.name = "actor", .condition = "actor = 'early'", .actor = "early", .scans = true},
    {.name = "owner", .condition = "owner = 'rare'", .owner = "rare", .scans = true},
    {.name = "time",
     .condition =
         "created_at >= current_date + 1 + interval '30 h' and created_at < current_date + 1 + interval "
         "'30 h 3 min'",
     .from = "30 h",
     .until = "30 h 3 min"},
    {.name = "over midnight",
     .condition = "created_at >= current_date + 1 + interval '23:59:58' and created_at < current_date + 1 + "
                  "interval '24:00:03'",
     .from = "23:59:58",
     .until = "24:00:03"},
    {.name = "time of one resource",
     .condition = "resource = 'hold' and created_at < current_date + 1 + interval '12 h'",
     .resource = "hold",
     .until = "12 h"},
    {.name = "time of a transaction", .condition = "false", .object = 150050, .until = "1 h"},
};

static struct str text(const char *s)
{
    return s != NULL ? str_of(s) : (struct str){NULL, 0};
}

static int64_t moment_us(const char *interval, int64_t fallback)
{
    char sql[160];
    if (interval == NULL)
        return fallback;
    (void)snprintf(sql, sizeof sql,
                   "select (extract(epoch from current_date + 1 + interval '%s') * 1000000)::bigint",
                   interval);
    return strtoll(database_value(reader.superuser, sql), NULL, 10);
}

static void list_of(const struct row *row, struct uuid *object, struct event_list *ret_list)
{
    for (int i = 0; i < 4; i++)
        object->bytes[15 - i] = (uint8_t)(row->object >> (8 * i));
    *ret_list = (struct event_list){.resource = text(row->resource),
                                    .type = text(row->type),
                                    .actor = text(row->actor),
                                    .source = text(row->source),
                                    .owner = text(row->owner),
                                    .object = row->object != 0 ? object : NULL,
                                    .from_us = moment_us(row->from, TIME_FIRST_US),
                                    .until_us = moment_us(row->until, TIME_LAST_US),
                                    .before_seq = INT64_MAX,
                                    .limit = PAGE};
}

/* The numbers of one page; false when it was the last. */
static bool take_page(struct event_list *list, int64_t *seqs, size_t *count)
{
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    bool is_last = false;
    assert_int_equal(events_list(reader.ingress, list, &r), STATUS_OK);
    for (int i = 0; i < PQntuples(r); i++) {
        struct event_row e;
        event_row(r, i, &e);
        assert_true(e.seq < list->before_seq);
        list->before_seq = e.seq;
        is_last = is_last || e.is_last;
        if (e.is_wanted && *count < READER_EVENTS_MAX)
            seqs[(*count)++] = e.seq;
    }
    return PQntuples(r) == PAGE || is_last;
}

static void test_filters(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        static int64_t seqs[READER_EVENTS_MAX];
        struct uuid object = {{0}};
        struct event_list list;
        size_t count = 0, pages = 1;
        list_of(&rows[i], &object, &list);
        while (take_page(&list, seqs, &count) && count < READER_EVENTS_MAX)
            pages++;
        reader_expect_events(&reader, rows[i].name, rows[i].condition, seqs, count);
        assert_true(pages <= READER_EVENTS_MAX / PAGE + EVENTS / SCAN_MAX + 1);
    }
}

static const char *statement_of(const struct row *row)
{
    if (row->object != 0)
        return "list_events_of_object";
    if (row->source != NULL)
        return "list_events_of_source";
    bool is_rare =
        row->resource != NULL || (row->type != NULL && strcmp(row->type, "transaction.posted") != 0);
    return is_rare ? "list_events_of_resource" : "list_events";
}

static const char *quoted(const char *word, char ret_text[static 64])
{
    (void)snprintf(ret_text, 64, word != NULL ? "'%s'" : "null", word);
    return ret_text;
}

static void explain_row(const struct row *row, char *plan, size_t size)
{
    char sql[1024], t[8][64], object[96] = "";
    const char *resource = row->resource;
    if (resource == NULL && row->type != NULL)
        resource = strncmp(row->type, "hold", 4) == 0 ? "hold" : "transaction";
    if (row->object != 0)
        (void)snprintf(object, sizeof object, ", lpad(to_hex(%d), 32, '0')::uuid", row->object);
    (void)snprintf(
        sql, sizeof sql,
        "explain (analyze, buffers) execute %s(9223372036854775807, current_date + 1 + interval '%s',"
        " current_date + 1 + interval '%s', %s, %s, %s, %s, %s, %d%s)",
        statement_of(row), row->from != NULL ? row->from : "-9999 days",
        row->until != NULL ? row->until : "9999 days", quoted(resource, t[0]), quoted(row->type, t[1]),
        quoted(row->actor, t[2]), quoted(row->source, t[3]), quoted(row->owner, t[4]), PAGE, object);
    explain(db_raw(reader.ingress), sql, plan, size);
}

static void expect_few_buffers(const char *moment)
{
    static char plan[1 << 16];
    for (size_t i = 0; i < ROWS(rows); i++) {
        explain_row(&rows[i], plan, sizeof plan);
        long buffers = explain_buffers(plan);
        print_message("  %s: %ld\n", rows[i].name, buffers);
        if (buffers <= 0 || (buffers > FEW_BUFFERS && !rows[i].scans))
            fail_msg("%s, %s: %ld buffers\n%s", rows[i].name, moment, buffers, plan);
    }
}

static void reconnect(void)
{
    reader_connect(&reader);
}

static void test_few_pages_are_read(void **state)
{
    (void)state;
    expect_few_buffers("planned on empty tables");
    reconnect();
    expect_few_buffers("not analysed");
    database_exec(reader.superuser, "vacuum analyze");
    reconnect();
    expect_few_buffers("analysed");
}

/* On empty tables, so that the plans that are pinned then serve the full ones. */
static void test_empty(void **state)
{
    (void)state;
    static int64_t seqs[READER_EVENTS_MAX];
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct uuid object = {{0}};
        struct event_list list;
        size_t count = 0;
        list_of(&rows[i], &object, &list);
        assert_false(take_page(&list, seqs, &count));
        assert_int_equal(count, 0);
    }
    database_exec(reader.superuser, INSERT_EVENTS);
}

static int create(void **state)
{
    (void)state;
    reader_create(&reader);
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
    /* In this order: the first fills the tables. */
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_empty), cmocka_unit_test(test_filters),
                                       cmocka_unit_test(test_few_pages_are_read)};
    return cmocka_run_group_tests(tests, create, destroy);
}
