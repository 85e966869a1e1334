/* test_list_costs.c - lists of transactions and holds where nearly everything belongs to others or is in
   another status: each finds what a plain look at all rows finds, in pages that look at a bounded number of
   rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ingress/store/bounds.h"
#include "ingress/store/holds.h"
#include "ingress/store/transactions.h"
#include "tests/integration/reader.h"

#define ROWS(table) (sizeof(table) / sizeof(table)[0])
#define PAGE        25
#define FOUND_MAX   200
#define FEW_BUFFERS 200 /* of 8 KiB; the holds have thousands */
#define PAGES_OF_A_PAGE                                                                                      \
    6000 /* for an owner each of whose ten accounts gives one; all would be ten times that */

/* Accounts 1 to 10 are many's, 11 and 12 cust's, 13 to 612 plat's (more than are asked one by one), the
   others everybody's. Of 70,000 transfers between many and others 60,000 are rent; cust has three of the
   oldest rents and a late other one, plat the two oldest and one in the middle. */
#define FILL                                                                                                 \
    "set session_replication_role = replica;"                                                                \
    "create function pg_temp.id(word text, n bigint) returns uuid language sql immutable as"                 \
    " $$ select (lpad(to_hex(1790000000000 + n * 1000), 12, '0') || word || lpad(to_hex(n), 16, "            \
    "'0'))::uuid $$;"                                                                                        \
    "create temporary table legs as"                                                                         \
    " select n, leg, case when leg = 0 then payer else payee end as account"                                 \
    " from (select n, case when n in (3, 4, 5, 69000) then 11 + n % 2 else 1 + n % 10 end as payer,"         \
    "              case when n in (1, 2, 35000) then 13 + n % 600 else 613 + n % 50 end as payee"            \
    "       from generate_series(1, 70000) as n) as t, generate_series(0, 1) as leg;"                        \
    "insert into paybus.accounts (id, owner, type, currency, name, credits_posted, version, created_at)"     \
    " select pg_temp.id('7000', i), case when i <= 10 then 'many' when i <= 12 then 'cust'"                  \
    "  when i <= 612 then 'plat' else 'o' || i end, 'user', 'EUR', 'a', 1000,"                               \
    "  (select count(*) from legs where account = i), now() from generate_series(1, 662) as i;"              \
    "insert into paybus.transactions (id, kind, amount, currency, entry_count, owner, actor, reference,"     \
    "                                 metadata, created_at)"                                                 \
    " select pg_temp.id('7001', n), case when n = 4 then 'payout' else 'transfer' end, 1, 'EUR', 2,"         \
    "  'many', 'key', case when n <= 60000 then 'rent' end,"                                                 \
    "  case when n <= 60000 then json '{\"for\":\"rent\"}' when n = 69000 then json '{\"for\":\"food\"}' "   \
    "end,"                                                                                                   \
    "  to_timestamp(1790000000 + n) from generate_series(1, 70000) as n;"                                    \
    "insert into paybus.entries (transaction_id, leg, account_id, account_version, direction, amount, "      \
    "                            currency, balance_after, created_at)"                                       \
    " select pg_temp.id('7001', n), leg, pg_temp.id('7000', account),"                                       \
    "  row_number() over (partition by account order by n), case leg when 0 then 'debit' else 'credit' end," \
    "  1, 'EUR', 0, to_timestamp(1790000000 + n) from legs;"                                                 \
    "insert into paybus.holds (id, account_id, destination_id, owner, currency, amount, captured, status,"   \
    "                          capture_id, expires_at, created_at, updated_at)"                              \
    " select pg_temp.id('7002', n), pg_temp.id('7000', 1 + n % 2), gen_random_uuid(),"                       \
    "  case when n = 9 then 'cust' else 'many' end, 'EUR', 10, case when n = 7 then 0 else 10 end,"          \
    "  case when n = 7 then 'authorized' else 'captured' end,"                                               \
    "  case when n <> 7 then gen_random_uuid() end, to_timestamp(1890000000 + n),"                           \
    "  to_timestamp(1790000000 + n), to_timestamp(1790000000 + n) from generate_series(1, 60000) as n;"      \
    "reset session_replication_role"

static struct reader reader;

static const struct transactions_row {
    const char *name;
    const char *condition; /* of what is wanted, on paybus.transactions t */
    const char *owner, *kind, *reference, *metadata;
    int account;      /* its number; 0: any */
    size_t pages_max; /* what is looked at in a page is bounded, and so are they */
} transactions_rows[] = {
    {.name = "staff, common metadata",
     .condition = "reference = 'rent'",
     .metadata = "{\"for\":\"rent\"}",
     .pages_max = 9},
    {.name = "staff, rare metadata",
     .condition = "metadata ->> 'for' = 'food'",
     .metadata = "{\"for\":\"food\"}",
     .pages_max = 1},
    {.name = "metadata that others share",
     .condition = "reference = 'rent'",
     .owner = "cust",
     .metadata = "{\"for\":\"rent\"}",
     .pages_max = 1},
    {.name = "metadata of one's own",
     .condition = "metadata ->> 'for' = 'food'",
     .owner = "cust",
     .metadata = "{\"for\":\"food\"}",
     .pages_max = 1},
    {.name = "a reference that others share",
     .condition = "reference = 'rent'",
     .owner = "cust",
     .reference = "rent",
     .pages_max = 1},
    {.name = "a reference of many accounts",
     .condition = "reference = 'rent'",
     .owner = "plat",
     .reference = "rent",
     .pages_max = 5},
    {.name = "own", .condition = "true", .owner = "cust", .pages_max = 1},
    {.name = "own of many", .condition = "true", .owner = "many", .pages_max = 8},
    {.name = "many accounts", .condition = "true", .owner = "plat", .pages_max = 5},
    {.name = "a kind that one has not",
     .condition = "kind = 'payout'",
     .owner = "many",
     .kind = "payout",
     .pages_max = 5},
    {.name = "a rare kind of one's own",
     .condition = "kind = 'payout'",
     .owner = "cust",
     .kind = "payout",
     .pages_max = 1},
    {.name = "a rare kind of many accounts",
     .condition = "kind = 'payout'",
     .owner = "plat",
     .kind = "payout",
     .pages_max = 1},
    {.name = "an account without the reference",
     .condition = "reference = 'rent'",
     .owner = "many",
     .reference = "rent",
     .account = 1,
     .pages_max = 8},
    {.name = "an account without the kind",
     .condition = "kind = 'payout'",
     .kind = "payout",
     .account = 1,
     .pages_max = 1},
};

static struct str text(const char *s)
{
    return s != NULL ? str_of(s) : (struct str){NULL, 0};
}

static struct uuid account_id(int number)
{
    struct uuid id = uuid7_make((INT64_C(1790000000000) + number * 1000) * 1000, 0, 0);
    memset(id.bytes + 6, 0, 10);
    id.bytes[6] = 0x70;
    id.bytes[14] = (uint8_t)(number >> 8);
    id.bytes[15] = (uint8_t)number;
    return id;
}

/* All pages, as ids with commas; gives how many pages there were. */
static size_t walk(const struct transactions_row *row, char *found, size_t size)
{
    struct uuid account = account_id(row->account), before;
    struct transaction_list list = {.owner = text(row->owner),
                                    .account = row->account != 0 ? &account : NULL,
                                    .kind = text(row->kind),
                                    .reference = text(row->reference),
                                    .metadata = text(row->metadata),
                                    .from_us = TIME_FIRST_US,
                                    .until_us = TIME_LAST_US,
                                    .limit = PAGE};
    size_t len = 0, pages = 0, count = 0;
    bool more = true;
    found[0] = '\0';
    while (more && count < FOUND_MAX) {
        PGresult *r CLEANUP(db_result_ptr) = NULL;
        assert_int_equal(transactions_list(reader.ingress, &list, &r), STATUS_OK);
        int rows = PQntuples(r);
        more = rows == PAGE || (rows > 0 && transaction_row_is_last(r, rows - 1));
        for (int i = 0; i < rows; i++) {
            before = transaction_row_id(r, i);
            list.before = &before;
            if (!transaction_row_is_wanted(r, i) || count == FOUND_MAX)
                continue;
            char id[UUID_TEXT_SIZE];
            uuid_format(&before, id);
            len += (size_t)snprintf(found + len, size - len, "%s%s", count > 0 ? "," : "", id);
            count++;
        }
        pages++;
    }
    return pages;
}

static void expect_pages(const char *moment)
{
    static char found[FOUND_MAX * UUID_TEXT_SIZE + 1], sql[1024];
    for (size_t i = 0; i < ROWS(transactions_rows); i++) {
        const struct transactions_row *row = &transactions_rows[i];
        size_t pages = walk(row, found, sizeof found);
        (void)snprintf(
            sql, sizeof sql,
            "select string_agg(id::text, ',' order by id desc) from (select id from paybus.transactions t"
            " where %s and exists (select from paybus.entries e join paybus.accounts a on a.id ="
            " e.account_id where e.transaction_id = t.id and ('%s' in ('', a.owner))"
            " and %d in (0, ('x' || right(a.id::text, 8))::bit(32)::int)) order by id desc limit %d) as "
            "newest",
            row->condition, row->owner != NULL ? row->owner : "", row->account, FOUND_MAX);
        if (strcmp(database_value(reader.superuser, sql), found) != 0)
            fail_msg("%s, %s: found %s", row->name, moment, found);
        if (pages > row->pages_max)
            fail_msg("%s, %s: %zu pages", row->name, moment, pages);
    }
}

static const struct holds_row {
    const char *name, *statement;
    const char *status, *arguments; /* the arguments behind the common ones */
    long rows;
} holds_rows[] = {
    {"open ones of an owner", "list_holds_of_owner", "'authorized'", ", 'many'", 1},
    {"expired ones of an owner", "list_holds_of_owner", "'expired'", ", 'many'", 0},
    {"all of an owner", "list_holds_of_owner", "null", ", 'many'", PAGE},
    {"open ones of an account", "list_holds_of_account", "'authorized'", ", '%s', null", 1},
    {"one's own account", "list_holds_of_account", "null", ", '%s', 'many'", PAGE},
    {"a stranger's account", "list_holds_of_account", "null", ", '%s', 'plat'", 0},
    {"on a stranger's account", "list_holds_of_owner_on_account", "null", ", '%s', 'cust'", 1},
    {"not on a stranger's account", "list_holds_of_owner_on_account", "null", ", '%s', 'plat'", 0},
    {"everybody's open ones", "list_holds_of_status", "'authorized'", "", 1},
};

/* "(actual time=0.1..0.2 rows=7 loops=1)" and "Buffers: shared hit=12 read=3" of the first lines. */
static long number_behind(const char *line, const char *word)
{
    const char *at = line != NULL ? strstr(line, word) : NULL,
               *end = line != NULL ? strchr(line, '\n') : NULL;
    return at != NULL && at < end ? strtol(at + strlen(word), NULL, 10) : 0;
}

/* Explains an execution of a statement: how many rows it gives and how many pages it reads. */
static void expect_cost(const char *moment, const char *execution, long rows, long buffers_max)
{
    static char plan[1 << 14];
    char sql[512];
    (void)snprintf(sql, sizeof sql, "explain (analyze, buffers) execute %s", execution);
    PGresult *r CLEANUP(db_result_ptr) = PQexec(db_raw(reader.ingress), sql);
    if (PQresultStatus(r) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQresultErrorMessage(r));
    size_t len = 0;
    for (int line = 0; line < PQntuples(r) && len < sizeof plan; line++)
        len += (size_t)snprintf(plan + len, sizeof plan - len, "%s\n", PQgetvalue(r, line, 0));
    const char *line = strstr(plan, "Buffers: shared");
    long buffers = number_behind(line, "hit=") + number_behind(line, "read=");
    if (buffers <= 0 || buffers > buffers_max || number_behind(strstr(plan, "actual"), "rows=") != rows)
        fail_msg("%s, %s: %ld buffers\n%s", execution, moment, buffers, plan);
}

static void expect_few_buffers(const char *moment)
{
    char account[UUID_TEXT_SIZE], execution[384], arguments[96];
    struct uuid id = account_id(2);
    uuid_format(&id, account);
    for (size_t i = 0; i < ROWS(holds_rows); i++) {
        const struct holds_row *row = &holds_rows[i];
        const char *mark = strstr(row->arguments, "%s");
        (void)snprintf(arguments, sizeof arguments, "%.*s%s%s",
                       (int)(mark != NULL ? mark - row->arguments : (long)strlen(row->arguments)),
                       row->arguments, mark != NULL ? account : "", mark != NULL ? mark + 2 : "");
        (void)snprintf(execution, sizeof execution,
                       "%s('ffffffff-ffff-ffff-ffff-ffffffffffff', %s,"
                       " '1970-01-01', '9999-01-01', %d, '00000000-0000-0000-0000-000000000000'%s)",
                       row->statement, row->status, PAGE, arguments);
        expect_cost(moment, execution, row->rows, FEW_BUFFERS);
    }
}

/* A page that is filled at once ends the look at an account or a list of thousands. */
static void expect_short_looks(const char *moment)
{
    static const char *const pages[] = {
        "list_transactions_of_account('01a0c450-73d0-7000-0000-000000000002', null, null, null, null, null,"
        " null, 25, null)",
        "list_transactions_of_owner('many', null, null, null, null, 25, null, null, 2000)",
        "list_newest_transactions('many', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '1970-01-01',"
        " '9999-01-01', null, 25, '00000000-0000-0000-0000-000000000000', null, null)",
        "list_transactions_by_reference('ffffffff-ffff-ffff-ffff-ffffffffffff', null, '1970-01-01',"
        " '9999-01-01', 25, 'rent', 'many')",
        "list_entries_of_account('01a0c450-73d0-7000-0000-000000000002', null, 9223372036854775807, null, "
        "25)",
        "list_entries_of_owner('many', null, null, null, null, 25, 2000)",
        "list_entries_of_large_owner('many', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 0::int2, null, 25)",
    };
    for (size_t i = 0; i < ROWS(pages); i++)
        expect_cost(moment, pages[i], PAGE, PAGES_OF_A_PAGE);
}

static void reconnect(void)
{
    reader_connect(&reader);
}

static void at_each_moment(void (*expect)(const char *moment))
{
    expect("planned on empty tables");
    reconnect();
    expect("planned on full ones");
}

static void test_transactions(void **state)
{
    (void)state;
    at_each_moment(expect_pages);
}

static void test_holds(void **state)
{
    (void)state;
    at_each_moment(expect_few_buffers);
}

static void test_short_looks(void **state)
{
    (void)state;
    at_each_moment(expect_short_looks);
}

static void test_analysed(void **state)
{
    (void)state;
    database_exec(reader.superuser, "vacuum analyze");
    reconnect();
    expect_short_looks("analysed");
    expect_pages("analysed");
    expect_few_buffers("analysed");
}

/* The session's plans are made while the tables are empty. */
static int create(void **state)
{
    (void)state;
    static char found[FOUND_MAX * UUID_TEXT_SIZE + 1];
    reader_create(&reader);
    reader_connect(&reader);
    for (size_t i = 0; i < ROWS(transactions_rows); i++)
        assert_int_equal(walk(&transactions_rows[i], found, sizeof found), 1);
    database_exec(reader.superuser, FILL);
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
    /* In this order: the first two with plans that were made before. */
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_transactions), cmocka_unit_test(test_holds),
                                       cmocka_unit_test(test_short_looks), cmocka_unit_test(test_analysed)};
    return cmocka_run_group_tests(tests, create, destroy);
}
