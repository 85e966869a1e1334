/* test_long_account.c - the statement of an account with 200,000 entries: a page costs the same wherever in
   the history it lies, whatever the statistics were when it was planned. The older half are entries as they
   were before they noted counterparty and kind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/integration/reader.h"
#include "tests/support/explain.h"

#define ROWS(table) (sizeof(table) / sizeof(table)[0])
#define ACCOUNT     "'0a000000-0000-7000-8000-000000000000'"
#define OTHER       "'0b000000-0000-7000-8000-000000000000'"
#define NOTED       "(case when n > 100000 then "
#define ID          "lpad(to_hex(n), 32, '0')::uuid"
#define AT          "timestamptz '2026-01-01' + n * interval '1 minute'"

#define INSERT_HISTORY                                                                                       \
    "set session_replication_role = replica;"                                                                \
    "insert into paybus.accounts (id, owner, type, currency, name, credits_posted, version, created_at)"     \
    " values (" ACCOUNT ", 'o', 'user', 'EUR', 'Long', 200000, 200000, '2026-01-01'),"                       \
    " (" OTHER ", 'o', 'user', 'EUR', 'Other', 0, 200000, '2026-01-01');"                                    \
    "insert into paybus.transactions (id, kind, amount, currency, entry_count, owner, actor, created_at)"    \
    " select " ID ", 'transfer', 1, 'EUR', 2, 'o', 'k', " AT " from generate_series(1, 200000) as n;"        \
    "insert into paybus.entries (transaction_id, leg, account_id, account_version, direction, amount, "      \
    "currency, balance_after, created_at, counterparty_id, kind)"                                            \
    " select " ID ", leg, account, n, direction, 1, 'EUR', n, " AT "," NOTED "other end), " NOTED            \
    "'transfer' end) from generate_series(1, 200000) as n,"                                                  \
    " (values (0, " OTHER "::uuid, 'debit', " ACCOUNT "::uuid), (1, " ACCOUNT ", 'credit', " OTHER "))"      \
    " as l (leg, account, direction, other);"                                                                \
    "reset session_replication_role"

static struct reader reader;

/* Buffers of 8 KiB: of a page one for each entry and a few of the index; of what is looked up four and more
   for each transaction and each other entry. */
static const struct {
    const char *name, *execute;
    long buffers_max;
    int rows;
} reads[] = {
    {"the newest page", "list_statement_entries(" ACCOUNT ", 0, 200000, 101)", 130, 101},
    {"a page in the middle", "list_statement_entries(" ACCOUNT ", 0, 150000, 101)", 130, 101},
    {"a page of old entries", "list_statement_entries(" ACCOUNT ", 0, 50000, 101)", 1200, 101},
    {"the oldest page", "list_statement_entries(" ACCOUNT ", 0, 101, 101)", 1200, 101},
    {"a day's bounds", "find_statement_range(" ACCOUNT ", null, '2026-03-01', '2026-03-02')", 250, 1},
    {"a balance in the past", "find_balance_at(" ACCOUNT ", null, '2026-02-01 12:34:56')", 150, 1},
};

static void explain_read(const char *execute, char *plan, size_t size)
{
    char sql[512];
    (void)snprintf(sql, sizeof sql, "explain (analyze, buffers, timing off) execute %s", execute);
    explain(db_raw(reader.ingress), sql, plan, size);
}

static void expect_few_buffers(const char *moment)
{
    static char plan[1 << 14];
    for (size_t i = 0; i < ROWS(reads); i++) {
        char rows[32];
        explain_read(reads[i].execute, plan,
                     sizeof plan); /* once for what a session reads of the catalogue */
        explain_read(reads[i].execute, plan, sizeof plan);
        long buffers = explain_buffers(plan);
        print_message("  %s, %s: %ld\n", moment, reads[i].name, buffers);
        (void)snprintf(rows, sizeof rows, "(actual rows=%d ", reads[i].rows);
        const char *first = strstr(plan, rows);
        if (buffers > reads[i].buffers_max || first == NULL || first > strchr(plan, '\n'))
            fail_msg("%s, %s: %ld buffers\n%s", reads[i].name, moment, buffers, plan);
    }
}

static void reconnect(void)
{
    reader_connect(&reader);
}

static void a_page_costs_the_same_everywhere(void **state)
{
    (void)state;
    static char plan[1 << 14];
    for (size_t i = 0; i < ROWS(reads); i++)
        explain_read(reads[i].execute, plan, sizeof plan); /* planned on empty tables */
    database_exec(reader.superuser, INSERT_HISTORY);
    expect_few_buffers("planned on empty tables");
    reconnect();
    expect_few_buffers("not analysed");
    database_exec(reader.superuser, "vacuum analyze");
    reconnect();
    expect_few_buffers("analysed");
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_page_costs_the_same_everywhere)};
    return cmocka_run_group_tests_name("long_account", tests, create, destroy);
}
