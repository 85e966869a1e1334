/* test_plans.c - the plans of every statement of ledger-svc, ingress, webhook-svc and recon-svc, as their own
   sessions make them, on tables that are empty, freshly filled without statistics, and analysed: no big table
   is ever read from end to end, whatever the statistics say; by ledger-svc not even through an index; and no
   other processes of PostgreSQL are started to help. PAYBUS_PLANS_ACCOUNTS sets the number of accounts
   (20,000); make soak takes 5,000,000, which makes 10 million entries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ingress/store/session.h"
#include "ingress_statements.h"
#include "ledger-svc/store/session.h"
#include "ledger_statements.h"
#include "recon-svc/store/session.h"
#include "recon_statements.h"
#include "shared/io/db.h"
#include "tests/support/database.h"
#include "webhook-svc/store/session.h"

#define DEFAULT_ACCOUNTS "20000"
#define FILL_TIMEOUT_MS  (50 * 60 * 1000) /* of millions of accounts, in make soak */

static struct database database;

/* Tables that grow with use. Currencies and API keys are small: reading them whole is right. */
static const char *const big[] = {"accounts",
                                  "transactions",
                                  "entries",
                                  "events",
                                  "sources",
                                  "idempotency_keys",
                                  "holds",
                                  "reversals",
                                  "transaction_details",
                                  "blocks",
                                  "webhook_endpoints",
                                  "webhook_deliveries",
                                  "webhook_delivery_attempts",
                                  "webhook_events",
                                  "work",
                                  "dead_letters",
                                  "reconcile_"}; /* all of them */

static void url_of(const char *role, char ret_url[DATABASE_URL_SIZE])
{
    (void)snprintf(ret_url, DATABASE_URL_SIZE, "host=127.0.0.1 port=%d user=%s dbname=paybus",
                   database.postgres.port, role);
}

static bool is_big(const char *table)
{
    for (size_t i = 0; i < sizeof big / sizeof big[0]; i++)
        if (strncmp(table, big[i], strlen(big[i])) == 0)
            return true;
    return false;
}

/* A line like "->  Seq Scan on accounts a" or "... on events_20261120 events_1". */
static const char *find_scan(const char *plan)
{
    for (const char *at = strstr(plan, "Seq Scan on "); at != NULL; at = strstr(at + 1, "Seq Scan on "))
        if (is_big(at + strlen("Seq Scan on ")))
            return at;
    return NULL;
}

/* A line like "->  Index Scan using holds_pkey on holds h" or "... Index Only Scan Backward using ..."
   without an "Index Cond:" in the line below: every row is looked at. */
static const char *find_index_walk(const char *plan)
{
    for (const char *at = strstr(plan, " using "); at != NULL; at = strstr(at + 1, " using ")) {
        const char *end = strchr(at, '\n'), *table = strstr(at, " on ");
        if (end == NULL || table == NULL || table > end || !is_big(table + strlen(" on ")))
            continue;
        if (strncmp(end + 1 + strspn(end + 1, " "), "Index Cond:", strlen("Index Cond:")) != 0)
            return at;
    }
    return NULL;
}

static const char *find_gather(const char *plan)
{
    return strstr(plan, "Gather");
}

static const char *explain(PGconn *conn, const char *statement, char *plan, size_t size)
{
    char sql[512], nulls[6 * DB_PARAMS_MAX + 2] = "";
    (void)snprintf(sql, sizeof sql,
                   "select array_length(parameter_types, 1) from pg_prepared_statements where name = '%s'",
                   statement);
    long count = strtol(database_value(conn, sql), NULL, 10);
    for (long i = 0; i < count; i++)
        (void)strncat(nulls, i == 0 ? "(null" : ", null", sizeof nulls - strlen(nulls) - 1);
    (void)snprintf(sql, sizeof sql, "explain execute %s%s%s", statement, nulls, count > 0 ? ")" : "");
    PGresult *r = PQexec(conn, sql);
    assert_int_equal(PQresultStatus(r), PGRES_TUPLES_OK);
    size_t len = 0;
    for (int i = 0; i < PQntuples(r) && len < size; i++)
        len += (size_t)snprintf(plan + len, size - len, "%s\n", PQgetvalue(r, i, 0));
    PQclear(r);
    return plan;
}

static void check(const struct db_options *options, const char *(*find)(const char *plan), const char *moment)
{
    static char plan[1 << 16];
    struct db *db = NULL;
    assert_int_equal(db_open(options, &db), STATUS_OK);
    database_exec(db_raw(db), "set plan_cache_mode = force_generic_plan");
    database_exec(db_raw(db),
                  find == find_gather ? "set force_parallel_mode = on" : "reset force_parallel_mode");
    for (size_t i = 0; i < options->statement_count; i++) {
        const char *scan = find(explain(db_raw(db), options->statements[i].name, plan, sizeof plan));
        if (scan != NULL)
            fail_msg("%s, %s: reads a whole table, or with helpers\n%s", options->statements[i].name, moment,
                     plan);
    }
    db_close(db);
}

/* Attempts are looked up by their ids: not among all that is unfinished, which may be a long backlog though
   statistics know nothing of it yet. What lies is looked for by time alone. */
static void check_work(const struct db_options *options, const char *moment)
{
    static const struct {
        const char *name, *wanted;
    } cases[] = {
        {"load_work", " work_pkey "},
        {"claim_work", " work_pkey "},
        {"look_at_work", " work_pkey "},
        {"claim_begun_work", " work_pkey "},
        {"finish_work", " work_pkey "},
        {"find_ended_work", " work_pkey "},
        {"find_unended_work", " work_pkey "},
        {"renew_leases", " work_pkey "},
        {"load_messages", " work_pkey "},
        {"take_lying_work", " work_pkey "},
        {"take_due_work", "Index Cond: (parked_until <= "},
        {"take_due_work_fairly", "::uuid) > l.lane)"},
        {"take_due_work_fairly", "::uuid) = l_1.lane) AND (parked_until <= "},
        {"list_lying_work", "Index Cond: (((kind)::text = $1) AND (enqueued_at < "},
    };
    static char plan[1 << 14];
    struct db *db = NULL;
    assert_int_equal(db_open(options, &db), STATUS_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (strstr(explain(db_raw(db), cases[i].name, plan, sizeof plan), cases[i].wanted) == NULL ||
            find_index_walk(plan) != NULL)
            fail_msg("%s, %s: not by what it is asked for\n%s", cases[i].name, moment, plan);
    db_close(db);
}

/* Deleted endpoints stay for ever, a thousand a day of an owner who means ill: none is read to count the
 * others. */
static void check_endpoint_counts(const struct db_options *options, const char *moment)
{
    static const char *const wanted[] = {" webhook_endpoints_living_by_owner ",
                                         " webhook_endpoints_by_owner_and_time "};
    static char plan[1 << 12];
    struct db *db = NULL;
    assert_int_equal(db_open(options, &db), STATUS_OK);
    (void)explain(db_raw(db), "count_webhook_endpoints", plan, sizeof plan);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        if (strstr(plan, wanted[i]) == NULL)
            fail_msg("%s, count_webhook_endpoints: not by%s\n%s", moment, wanted[i], plan);
    db_close(db);
}

static void check_webhook(const char *moment)
{
    char url[DATABASE_URL_SIZE];
    url_of("paybus_webhook", url);
    struct db_options webhook = webhook_session_options(url);
    check(&webhook, find_scan, moment);
    check(&webhook, find_gather, moment);
    check_work(&webhook, moment);
}

/* Thousands of accounts a second: each is looked up, also in tables that were empty when they were vacuumed.
 */
static void check_projection(const struct db_options *options, const char *moment)
{
    static const char *const statements[] = {"load_projection", "compare_projection", "update_projection",
                                             "load_accounts"};
    static const char *const unwanted[] = {"Materialize", "Hash ", "Merge Join", "Merge Left Join",
                                           "Join Filter"};
    static char plan[1 << 14];
    struct db *db = NULL;
    assert_int_equal(db_open(options, &db), STATUS_OK);
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
        (void)explain(db_raw(db), statements[i], plan, sizeof plan);
        for (size_t k = 0; k < sizeof unwanted / sizeof unwanted[0]; k++)
            if (strstr(plan, unwanted[k]) != NULL)
                fail_msg("%s, %s: all of a table for some of its rows\n%s", moment, statements[i], plan);
    }
    db_close(db);
}

static void check_recon(const char *moment)
{
    char url[DATABASE_URL_SIZE];
    url_of("paybus_recon", url);
    struct db_options recon = recon_session_options(url);
    check(&recon, find_scan, moment);
    check(&recon, find_gather, moment);
    check_projection(&recon, moment);
}

/* The relay's session lives for months: what it planned on tables that were empty when they were vacuumed
   must not walk them when they are not. */
static void check_relayed_work(const char *moment)
{
    static const char *const statements[] = {"list_numbered_work", "list_work_window", "open_work_window"};
    static char plan[1 << 14];
    char url[DATABASE_URL_SIZE];
    struct db *db = NULL;
    url_of("paybus_ledger", url);
    struct db_options options = store_session_options(url);
    assert_int_equal(db_open(&options, &db), STATUS_OK);
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
        if (find_index_walk(explain(db_raw(db), statements[i], plan, sizeof plan)) != NULL)
            fail_msg("%s, %s: reads a whole table\n%s", statements[i], moment, plan);
    db_close(db);
}

static void check_all(const char *moment)
{
    char ledger_url[DATABASE_URL_SIZE], ingress_url[DATABASE_URL_SIZE];
    url_of("paybus_ledger", ledger_url);
    url_of("paybus_ingress", ingress_url);
    struct db_options ledger = store_session_options(ledger_url),
                      ingress = ingress_session_options(ingress_url);
    check(&ledger, find_scan, moment);
    check(&ledger, find_index_walk, moment);
    check_endpoint_counts(&ledger, moment);
    check(&ingress, find_scan, moment);
    check(&ledger, find_gather, moment);
    check(&ingress, find_gather, moment);
    check_webhook(moment);
    check_recon(moment);
}

/* For the first million accounts: a hold, and a deposit that was partly given back. */
static void fill_objects(void)
{
    PGconn *conn = database_connect(&database, "postgres");
    database_exec(conn, "set role paybus_owner");
    database_exec(conn,
                  "insert into paybus.holds (id, account_id, destination_id, owner, currency, amount, "
                  "expires_at, created_at, updated_at) "
                  "select a.id, a.id, c.id, a.owner, a.currency, 7, now() + interval '1 hour', now(), now() "
                  "from paybus.accounts a join paybus.accounts c on c.role = 'cash' and "
                  "c.currency = a.currency where a.owner = 'bench' limit 1000000; "
                  "update paybus.accounts set debits_pending = 7 "
                  "where id in (select account_id from paybus.holds)");
    database_exec(conn, "insert into paybus.reversals select id, amount, 1, now() from paybus.transactions "
                        "limit 1000000");
    database_exec(conn,
                  "insert into paybus.webhook_endpoints (id, owner, url, event_types, status, secret, "
                  "enabled_at, created_at, updated_at) "
                  "select id, owner, 'https://a.example/', '[\"*\"]', 'enabled', 's', now(), now(), now() "
                  "from paybus.accounts where owner = 'bench' limit 1000000; "
                  "insert into paybus.webhook_deliveries (id, endpoint_id, event_id, event_type, body, "
                  "created_at) "
                  "select id, id, id, 'account.created', '{}', now() from paybus.webhook_endpoints; "
                  "insert into paybus.work (id, kind, object_id, endpoint_id, enqueued_at, updated_at, "
                  "created_at) "
                  "select id, 'delivery', id, id, now(), now(), now() from paybus.webhook_deliveries; "
                  "insert into paybus.webhook_delivery_attempts (delivery_id, generation, number, outcome, "
                  "duration_ms, started_at) "
                  "select id, 1, 1, 'delivered', 1, now() from paybus.webhook_deliveries");
    database_exec(conn, "insert into paybus.transaction_details (transaction_id, reverses, hold_id) "
                        "select id, id, id from paybus.transactions limit 1000000");
    database_exec(conn,
                  "insert into paybus.webhook_events (id, provider, event_id, event_type, fingerprint, "
                  "payload, created_at) select id, 'gateway', id::text, 'payment.succeeded', 'x', '{}', "
                  "now() from paybus.transactions limit 1000000; "
                  "insert into paybus.work (id, kind, object_id, enqueued_at, updated_at, created_at) "
                  "select id, 'webhook', id, now(), now(), now() from paybus.webhook_events");
    PQfinish(conn);
}

/* The benchmark's accounts, each with its deposit, through all walls. */
static void fill(void)
{
    const char *accounts = getenv("PAYBUS_PLANS_ACCOUNTS");
    char url[DATABASE_URL_SIZE], last[64];
    (void)snprintf(url, sizeof url, "host=127.0.0.1 port=%d user=postgres dbname=paybus",
                   database.postgres.port);
    (void)snprintf(last, sizeof last, "last=%s", accounts != NULL ? accounts : DEFAULT_ACCOUNTS);
    struct tool psql;
    const char *const argv[] = {"/usr/lib/postgresql/15/bin/psql",
                                "-qX",
                                "-d",
                                url,
                                "-v",
                                "first=1",
                                "-v",
                                last,
                                "-f",
                                PAYBUS_BENCH_ACCOUNTS,
                                NULL};
    tool_start(&psql, argv);
    psql.timeout_ms = FILL_TIMEOUT_MS;
    assert_int_equal(tool_wait(&psql), 0);
    fill_objects();
}

static void test_plans(void **state)
{
    (void)state;
    PGconn *conn = database_connect(&database, "postgres");
    check_all("empty tables");
    database_exec(conn, "vacuum analyze");
    check_relayed_work("vacuumed while empty");
    check_webhook("vacuumed while empty");
    fill();
    check_all("filled, not analysed");
    database_exec(conn, "vacuum analyze");
    check_all("filled and analysed");
    database_exec(conn, "update paybus.work set state = 'processed' where id not in "
                        "(select id from paybus.work limit 10)");
    database_exec(conn, "vacuum analyze paybus.work");
    PQfinish(conn);
    /* The relay may then walk the index of what waits: it has ten rows. What they work on is asked for by its
       id all the same. */
    check_webhook("hardly any work is unfinished");
}

/* Holds of a time are found by their ids, which rise with it: who asks for the last minute does not read what
   was before it. */
static void test_time_bounds_holds(void **state)
{
    (void)state;
    static const char *const lists[] = {"list_holds", "list_holds_of_account", "list_holds_of_owner",
                                        "list_holds_of_owner_on_account", "list_holds_of_status"};
    static char plan[1 << 14];
    char url[DATABASE_URL_SIZE];
    struct db *db = NULL;
    url_of("paybus_ingress", url);
    struct db_options options = ingress_session_options(url);
    assert_int_equal(db_open(&options, &db), STATUS_OK);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const char *scan = strstr(explain(db_raw(db), lists[i], plan, sizeof plan), " on holds");
        assert_non_null(scan);
        const char *cond = strstr(scan, "Index Cond: ");
        assert_non_null(cond);
        const char *end = strchr(cond, '\n'), *bound = strstr(cond, "(id >= ");
        bound = bound != NULL ? bound : strstr(cond, "(uuid_send(id) >= ");
        if (bound == NULL || bound > end)
            fail_msg("%s reads all that is older\n%s", lists[i], plan);
    }
    db_close(db);
}

/* The checks can fail. */
static void test_scan_is_seen(void **state)
{
    (void)state;
    static char plan[1 << 12];
    PGconn *conn = database_connect(&database, "postgres");
    database_exec(conn, "set enable_seqscan = off; set enable_bitmapscan = off; set enable_sort = off");
    database_exec(conn, "prepare walk as select expires_at from paybus.holds order by id");
    assert_non_null(find_index_walk(explain(conn, "walk", plan, sizeof plan)));
    database_exec(conn,
                  "prepare look_up as select expires_at from paybus.holds where id = any(array[$1::uuid])");
    assert_null(find_index_walk(explain(conn, "look_up", plan, sizeof plan)));
    database_exec(conn, "reset all");
    database_exec(conn, "prepare whole as select sum(amount) from paybus.entries");
    assert_non_null(find_scan(explain(conn, "whole", plan, sizeof plan)));
    PQfinish(conn);
}

static int set_up(void **state)
{
    (void)state;
    database_create_migrated(&database);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    database_destroy(&database);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_scan_is_seen), cmocka_unit_test(test_plans),
                                       cmocka_unit_test(test_time_bounds_holds)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
