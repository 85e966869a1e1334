/* test_relay_costs.c - what the relay's statements read, with plans that were made while the tables were
   empty and are kept: a window's own events and little more, however many there are, of however many days,
   also when one of them was written long ago by a transaction that ended just now. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ledger-svc/store/session.h"
#include "ledger_statements.h"
#include "tests/support/database.h"

#define EVENTS      "100000" /* of each of two days */
#define BUFFERS_MAX 400      /* of some 5,000 that the events fill */
#define ARGUMENTS   4096

static struct database d;
static PGconn *superuser;
static struct db *reader;

#define INSERT_EVENTS                                                                                        \
    "insert into paybus.events (id, type, resource, object_id, command_id, owner, actor, after, created_at)" \
    " select gen_random_uuid(), 'account.frozen', 'account', gen_random_uuid(), gen_random_uuid(), 'o', "    \
    "'a',"                                                                                                   \
    " '{}', %s from generate_series(1, %s)"

static void insert_events(PGconn *conn, const char *created_at, const char *count)
{
    char sql[512];
    (void)snprintf(sql, sizeof sql, INSERT_EVENTS, created_at, count);
    database_exec(conn, sql);
}

/* Events in transactions of some hundred, as under load. */
static void fill(void)
{
    database_exec(superuser, "create procedure fill(day timestamptz, n int) language plpgsql as $$ begin"
                             " for i in 1 .. n / 200 loop insert into paybus.events (id, type, resource,"
                             " object_id, command_id, owner, actor, after, created_at) select"
                             " gen_random_uuid(), 'account.frozen', 'account', gen_random_uuid(),"
                             " gen_random_uuid(), 'o', 'a', '{}', day from generate_series(1, 200);"
                             " commit; end loop; end $$");
    database_exec(superuser, "call fill(now() - interval '1 day', " EVENTS ")");
    database_exec(superuser, "call fill(now(), " EVENTS ")");
}

static void snapshot(char ret_text[ARGUMENTS])
{
    (void)snprintf(ret_text, ARGUMENTS, "%s",
                   database_value(superuser, "select pg_current_snapshot()::text"));
}

/* The statement's first "Buffers: shared hit=120 read=3", which is that of all its parts. */
static long buffers_of(const char *statement, const char *arguments, char *plan, size_t size)
{
    static char sql[3 * ARGUMENTS];
    (void)snprintf(sql, sizeof sql, "explain (analyze, buffers, costs off, timing off) execute %s(%s)",
                   statement, arguments);
    PGresult *r = PQexec(db_raw(reader), sql);
    if (PQresultStatus(r) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", statement, PQerrorMessage(db_raw(reader)));
    size_t len = 0;
    for (int i = 0; i < PQntuples(r) && len < size; i++)
        len += (size_t)snprintf(plan + len, size - len, "%s\n", PQgetvalue(r, i, 0));
    PQclear(r);
    const char *hit = strstr(plan, "shared hit="), *read = strstr(plan, " read=");
    const char *end = hit != NULL ? strchr(hit, '\n') : NULL;
    long count = hit != NULL ? strtol(hit + strlen("shared hit="), NULL, 10) : 0;
    return count + (read != NULL && read < end ? strtol(read + strlen(" read="), NULL, 10) : 0);
}

static void expect_cheap(const char *moment, const char *statement, const char *arguments)
{
    static char plan[1 << 16];
    long buffers = buffers_of(statement, arguments, plan, sizeof plan);
    if (buffers > BUFFERS_MAX)
        fail_msg("%s, %s: %ld buffers\n%s", statement, moment, buffers, plan);
}

/* A window from one snapshot to the next, as relay_cursor.c asks for it. */
static void look(const char *moment, const char *settled, const char *since)
{
    char arguments[3 * ARGUMENTS], horizon[ARGUMENTS], last[64];
    (void)snprintf(arguments, sizeof arguments, "'%s', 0, %s", settled, since);
    expect_cheap(moment, "open_window", arguments);
    snapshot(horizon);
    (void)snprintf(last, sizeof last, "%s",
                   database_value(superuser, "select coalesce(max(seq), 0) from paybus.events"));
    (void)snprintf(arguments, sizeof arguments, "'%s', '%s', 0, %s - 1, %s, 200, %s", settled, horizon, last,
                   last, since);
    expect_cheap(moment, "list_window", arguments);
}

static void test_windows(void **state)
{
    (void)state;
    char before[ARGUMENTS], settled[ARGUMENTS];
    PGconn *late = database_connect(&d, "postgres");
    database_exec(late, "begin");
    insert_events(late, "now() - interval '1 day'", "1");
    snapshot(before);
    look("empty tables", before, "now()");
    fill();
    snapshot(settled);
    insert_events(superuser, "now()", "1");
    look("filled, not analysed", settled, "now()");
    database_exec(late, "commit");
    PQfinish(late);
    look("with one that was late", settled, "now() - interval '1 day'");
    database_exec(superuser, "vacuum analyze paybus.events");
    snapshot(settled);
    insert_events(superuser, "now()", "1");
    look("analysed", settled, "now()");
}

/* A day that one transaction wrote, and hence no number of a transaction tells much: statistics then speak
   for reading the index of all its numbers. */
static void test_few_transactions(void **state)
{
    (void)state;
    char settled[ARGUMENTS];
    insert_events(superuser, "now() + interval '3 days'", EVENTS);
    for (int i = 0; i < 2; i++) {
        snapshot(settled);
        insert_events(superuser, "now()", "1");
        look(i == 0 ? "one transaction, not analysed" : "one transaction", settled, "now()");
        database_exec(superuser, "analyze paybus.events");
    }
}

/* Work that waits, beside what is done: a hundred thousand rows that no statement looks at. */
static void test_work(void **state)
{
    (void)state;
    char arguments[3 * ARGUMENTS], settled[ARGUMENTS], horizon[ARGUMENTS];
    snapshot(settled);
    for (int i = 0; i < 2; i++) {
        (void)snprintf(arguments, sizeof arguments, "'%s', 0", settled);
        expect_cheap(i == 0 ? "nothing" : "much is done", "open_work_window", arguments);
        snapshot(horizon);
        (void)snprintf(arguments, sizeof arguments, "'%s', '%s', 0, 0, 200000, 200", settled, horizon);
        expect_cheap(i == 0 ? "nothing" : "much is done", "list_work_window", arguments);
        (void)snprintf(arguments, sizeof arguments, "0, 200000, '%s', 0, 200", settled);
        expect_cheap(i == 0 ? "nothing" : "much is done", "list_numbered_work", arguments);
        if (i == 1)
            continue;
        database_exec(
            superuser,
            "insert into paybus.work (id, kind, object_id, state, enqueued_at, updated_at, created_at)"
            " select gen_random_uuid(), 'webhook', gen_random_uuid(), 'processed', now(), now(), now()"
            " from generate_series(1, " EVENTS ")");
        snapshot(settled);
        database_exec(superuser, "insert into paybus.work (id, kind, object_id, enqueued_at, updated_at,"
                                 " created_at) select gen_random_uuid(), 'webhook', gen_random_uuid(), now(),"
                                 " now(), now() from generate_series(1, 10)");
    }
}

/* By number: each part reads what it gives. */
static void test_numbers(void **state)
{
    (void)state;
    char arguments[2 * ARGUMENTS], settled[ARGUMENTS];
    snapshot(settled);
    (void)snprintf(arguments, sizeof arguments, "150000, 1000000, '%s', 0, 200", settled);
    expect_cheap("in the middle", "list_numbered_events", arguments);
    (void)snprintf(arguments, sizeof arguments, "1000000, 2000000, '%s', 0, 200", settled);
    expect_cheap("at the end", "list_numbered_events", arguments);
}

static int create(void **state)
{
    (void)state;
    static char conninfo[128];
    database_create_migrated(&d);
    superuser = database_connect(&d, "postgres");
    (void)snprintf(conninfo, sizeof conninfo, "host=127.0.0.1 port=%d user=paybus_ledger dbname=paybus",
                   d.postgres.port);
    static struct db_options options;
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_windows), cmocka_unit_test(test_numbers),
                                       cmocka_unit_test(test_few_transactions), cmocka_unit_test(test_work)};
    return cmocka_run_group_tests(tests, create, destroy);
}
