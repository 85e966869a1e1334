/* test_fact_days.c - facts of accounts and holds over 400 days, a partition each: recon-svc's checks of all
   of them look at the days that count, however many are kept, and see what is wrong all the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "recon-svc/store/objects.h"
#include "recon_statements.h"
#include "shared/core/typeid.h"
#include "tests/support/database.h"
#include "tests/support/explain.h"

#define DAYS        400
#define OBJECTS     1000
#define BUFFERS_MAX 40 /* of an object; each of 400 days would be 800 */

/* An account and a hold of each day and more; every fiftieth account was frozen a month later, the holds were
   released after two days. Facts as ledger-svc writes them. */
#define INSERT_OBJECTS                                                                                       \
    "set session_replication_role = replica;"                                                                \
    "insert into paybus.accounts (id, owner, type, currency, name, status, created_at)"                      \
    " select gen_random_uuid(), 'o', 'user', 'EUR', n::text, case when n % 50 = 0 then 'frozen' else "       \
    "'open' end,"                                                                                            \
    "  current_date - 399 + n % 350 + interval '1 hour'"                                                     \
    " from generate_series(1, 1000) as n;"                                                                   \
    "insert into paybus.holds (id, account_id, destination_id, owner, currency, amount, status, expires_at," \
    "                          created_at, updated_at)"                                                      \
    " select gen_random_uuid(), a.id, a.id, 'o', 'EUR', 5, 'released', a.created_at + interval '7 days',"    \
    "  a.created_at, a.created_at + interval '2 days' from paybus.accounts a;"                               \
    "insert into paybus.events (id, type, resource, object_id, command_id, owner, actor, after, created_at)" \
    " select gen_random_uuid(), 'account.created', 'account', a.id, gen_random_uuid(), 'o', 'k',"            \
    "  json_build_object('owner', a.owner, 'type', a.type, 'currency', a.currency, 'created_at', "           \
    "a.created_at,"                                                                                          \
    "                    'status', 'open'), a.created_at from paybus.accounts a"                             \
    " union all select gen_random_uuid(), 'account.frozen', 'account', a.id, gen_random_uuid(), 'o', 'k',"   \
    "  json_build_object('status', 'frozen'), a.created_at + interval '30 days' from paybus.accounts a"      \
    "  where a.status = 'frozen'"                                                                            \
    " union all select gen_random_uuid(), 'hold.authorized', 'hold', h.id, gen_random_uuid(), 'o', 'k',"     \
    "  json_build_object('amount', h.amount, 'owner', h.owner, 'account', api.typeid('acct', h.account_id)," \
    "                    'destination', api.typeid('acct', h.destination_id), 'expires_at', h.expires_at),"  \
    "  h.created_at from paybus.holds h"                                                                     \
    " union all select gen_random_uuid(), 'hold.released', 'hold', h.id, gen_random_uuid(), 'o', 'k', '{}'," \
    "  h.updated_at from paybus.holds h;"                                                                    \
    "reset session_replication_role"

static struct database d;
static PGconn *superuser;
static struct store store;
static struct id_list accounts, holds, changed;

static void change(const char *sql)
{
    database_exec(superuser, "set session_replication_role = replica");
    database_exec(superuser, sql);
    database_exec(superuser, "reset session_replication_role");
}

/* The one page that there is. */
static void load_ids(int statement, struct id_list *ret)
{
    struct uuid after = {{0}};
    size_t count = 0;
    id_list_init(ret, OBJECTS);
    assert_int_equal(objects_page(&store, statement, &after, ret, &count), STATUS_OK);
    assert_int_equal(count, OBJECTS);
}

static void load_frozen(void)
{
    PGresult *r =
        PQexec(superuser, "select api.typeid('acct', id) from paybus.accounts where status = 'frozen'");
    id_list_init(&changed, OBJECTS);
    for (int i = 0; i < PQntuples(r); i++) {
        struct uuid id;
        assert_int_equal(typeid_parse("acct", str_of(PQgetvalue(r, i, 0)), &id), STATUS_OK);
        id_list_add(&changed, &id);
    }
    PQclear(r);
    id_list_sort(&changed);
    assert_int_equal(changed.count, OBJECTS / 50);
}

/* How many anomalies of the check there are. */
static int64_t found_of(enum check check, const struct id_list *met, bool is_quick)
{
    struct anomalies found = {0};
    assert_int_equal(objects_check_accounts(&store, &accounts, met, &found), STATUS_OK);
    assert_int_equal(objects_check_holds(&store, &holds, 1, is_quick, &found), STATUS_OK);
    int64_t count = found.found[check];
    for (int c = 0; c < CHECK_COUNT; c++)
        if (c != (int)check)
            assert_int_equal(found.found[c], 0);
    anomalies_free(&found);
    return count;
}

static void healthy_facts_raise_nothing(void **state)
{
    (void)state;
    struct id_list any = {.is_full = true};
    assert_int_equal(found_of(CHECK_account_altered, &changed, true), 0);
    assert_int_equal(found_of(CHECK_account_altered, &any, false), 0);
}

static void what_is_wrong_is_seen(void **state)
{
    (void)state;
    static const struct {
        const char *plant, *undo;
        enum check check;
        bool is_seen_quickly;
    } cases[] = {
        {"update paybus.accounts set status = 'closed' where name = '7'",
         "update paybus.accounts set status = 'open' where name = '7'", CHECK_account_altered, true},
        {"update paybus.accounts set status = 'open' where name = '50'",
         "update paybus.accounts set status = 'frozen' where name = '50'", CHECK_account_altered, true},
        {"update paybus.accounts set owner = 'p' where name = '8'",
         "update paybus.accounts set owner = 'o' where name = '8'", CHECK_account_altered, true},
        {"update paybus.accounts set created_at = created_at - interval '90 days' where name = '9'",
         "update paybus.accounts set created_at = created_at + interval '90 days' where name = '9'",
         CHECK_account_altered, true},
        {"update paybus.events set type = 'hold.expired' where seq = (select max(seq) from paybus.events)",
         "update paybus.events set type = 'hold.released' where seq = (select max(seq) from paybus.events)",
         CHECK_hold_events_mismatch, true},
        {"insert into paybus.events (seq, id, type, resource, object_id, command_id, owner, actor, after, "
         "created_at)"
         " select 999999, gen_random_uuid(), 'hold.released', 'hold', h.id, gen_random_uuid(), 'o', 'k', "
         "'{}',"
         " h.updated_at + interval '20 days' from paybus.holds h order by h.id limit 1",
         "delete from paybus.events where seq = 999999", CHECK_hold_events_mismatch, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        change(cases[i].plant);
        int64_t quickly = found_of(cases[i].check, &changed, true),
                closely = found_of(cases[i].check, &changed, false);
        if (closely != 1 || quickly != (cases[i].is_seen_quickly ? 1 : 0))
            fail_msg("%s: %lld and %lld", cases[i].plant, (long long)quickly, (long long)closely);
        change(cases[i].undo);
    }
}

/* explain_buffers of the statement with these ids and further parameters. */
static long buffers_of(const char *statement, const struct id_list *ids, const char *more)
{
    static char sql[1 << 17], plan[1 << 16];
    size_t len =
        (size_t)snprintf(sql, sizeof sql, "explain (analyze, buffers, costs off) execute %s('{", statement);
    for (size_t i = 0; i < ids->count; i++) {
        char id[UUID_TEXT_SIZE];
        uuid_format(&ids->ids[i], id);
        len += (size_t)snprintf(sql + len, sizeof sql - len, "%s%s", i > 0 ? "," : "", id);
    }
    (void)snprintf(sql + len, sizeof sql - len, "}'%s)", more);
    explain(db_raw(store.db), sql, plan, sizeof plan);
    return explain_buffers(plan);
}

static void few_days_are_looked_at(void **state)
{
    (void)state;
    static char none[8 * OBJECTS + 32] = ", array[false";
    static const char quick[] = ", '2020-01-01', true";
    for (int i = 1; i < OBJECTS; i++)
        (void)strncat(none, ",false", sizeof none - strlen(none) - 1);
    (void)strncat(none, "]", sizeof none - strlen(none) - 1);
    long of_accounts = buffers_of("check_accounts", &accounts, none),
         of_holds = buffers_of("check_holds", &holds, quick);
    print_message("buffers: %ld for %d accounts, %ld for as many holds\n", of_accounts, OBJECTS, of_holds);
    assert_true(of_accounts < (long)BUFFERS_MAX * OBJECTS);
    assert_true(of_holds < (long)BUFFERS_MAX * OBJECTS);
}

static int create(void **state)
{
    (void)state;
    static char url[DATABASE_URL_SIZE];
    char sql[192];
    database_create(&d);
    database_migrate(&d);
    superuser = database_connect(&d, "postgres");
    (void)snprintf(sql, sizeof sql,
                   "set role paybus_owner; select paybus.make_partition('events', current_date - day)"
                   " from generate_series(2, %d) as day; reset role",
                   DAYS);
    database_exec(superuser, sql);
    database_exec(superuser, INSERT_OBJECTS);
    database_exec(superuser, "vacuum analyze");
    (void)snprintf(url, sizeof url, "host=127.0.0.1 port=%d user=paybus_recon dbname=paybus",
                   d.postgres.port);
    store_init(&store, url);
    assert_int_equal(store_connect(&store), STATUS_OK);
    load_ids(RECON_SQL_PAGE_ACCOUNTS, &accounts);
    load_ids(RECON_SQL_PAGE_HOLDS, &holds);
    load_frozen();
    return 0;
}

static int destroy(void **state)
{
    (void)state;
    id_list_free(&accounts);
    id_list_free(&holds);
    id_list_free(&changed);
    store_close(&store);
    PQfinish(superuser);
    database_destroy(&d);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(healthy_facts_raise_nothing),
                                       cmocka_unit_test(what_is_wrong_is_seen),
                                       cmocka_unit_test(few_days_are_looked_at)};
    return cmocka_run_group_tests(tests, create, destroy);
}
