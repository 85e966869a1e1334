/* test_statement_again.c - statements over time: files that come again and overlap, days that come in parts,
   the same reference every month, more lines than anybody looks at. */
#include <stdio.h>
#include <string.h>

#include "tests/e2e/recon.h"
#include "tests/e2e/scene.h"
#include "tests/e2e/statement_file.h"
#include "tests/support/database.h"

#define MANY 1100 /* more than are kept of a check */

static struct harness h;
static struct api api;
static struct database database; /* only to connect */

#define LINE(amount, reference) STATEMENT_LINE(amount, reference, "")
#define LINES                   LINE("1000", "{cur}-0") LINE("2000", "{cur}-1") LINE("3000", "{t2}") LINE("4000", "{cur}-3")

static void deposit(const struct statement_books *b, int amount, const char *reference)
{
    char key[HARNESS_KEY_SIZE], account[TYPEID_TEXT_SIZE];
    harness_new_key(key);
    assert_int_equal(
        api_post(&api, "/v1/accounts", key, "{'type':'user','currency':'%s','name':'b'}", b->currency), 201);
    (void)snprintf(account, sizeof account, "%s", api_string(&api, "id"));
    harness_new_key(key);
    assert_int_equal(api_post(&api, "/v1/deposits", key,
                              "{'account':'%s','amount':%d,'currency':'%s','reference':'%s'}", account,
                              amount, b->currency, reference),
                     201);
}

/* Run, and what is open of the currency: code, object and difference. */
static const char *open_of(PGconn *conn, const struct statement_books *b)
{
    char sql[384];
    int code = recon_once_free(&h, "paybus", false);
    if (code != 0 && code != 2)
        recon_print_log(&h);
    assert_true(code == 0 || code == 2);
    (void)snprintf(
        sql, sizeof sql,
        "select coalesce(string_agg(format('%%s %%s', code, coalesce((actual - expected)::text, '-')),"
        " E'\\n' order by code, object), '') from paybus.reconcile_anomalies"
        " where state = 'open' and (currency = '%s' or object like '%s%%')",
        b->currency, b->statement);
    return database_value(conn, sql);
}

/* The bank numbers nothing. The same file, a byte of it different, tells of the same bookings: what we booked
   twice stays unexplained. */
static void a_file_sent_again_explains_nothing_more(void **state)
{
    (void)state;
    struct statement_books b;
    PGconn *conn = database_connect(&database, "postgres");
    statement_books_make(&api, "AUD", &b);
    assert_int_equal(statement_send(&api, &b, STATEMENT_AROUND("0", LINES, "10000")), 201);
    assert_int_equal(api_int(&api, "results.matched"), 4);
    assert_int_equal(api_int(&api, "results.duplicate_here"), 1);
    assert_int_equal(statement_send(&api, &b, STATEMENT_AROUND("0", LINES "\n", "10000")), 201);
    assert_int_equal(api_int(&api, "results.seen_before"), 4);
    assert_int_equal(api_int(&api, "results.matched"), 0);
    assert_int_equal(statement_send(&api, &b, STATEMENT_AROUND("0", LINES LINE("4000", "{cur}-3"), "14000")),
                     201);
    assert_int_equal(api_int(&api, "results.seen_before"), 4);
    assert_int_equal(api_int(&api, "results.matched"), 1);
    assert_string_equal(open_of(conn, &b), "");
    PQfinish(conn);
}

/* What could not be read is read from the mended file; the rest of it is not news. */
static void a_mended_file_ends_the_quarantine(void **state)
{
    (void)state;
    struct statement_books b;
    PGconn *conn = database_connect(&database, "postgres");
    statement_books_make(&api, "BRL", &b);
    assert_int_equal(
        statement_send(&api, &b, STATEMENT_AROUND("0", LINES LINE("\"4,000\"", "{cur}-3"), "14000")), 201);
    assert_string_equal(open_of(conn, &b), "entry_duplicated -4000\nline_quarantined -");
    assert_int_equal(statement_send(&api, &b, STATEMENT_AROUND("0", LINES LINE("4000", "{cur}-3"), "14000")),
                     201);
    assert_int_equal(api_int(&api, "results.matched"), 1);
    assert_string_equal(open_of(conn, &b), "");
    assert_string_equal(database_value(conn, "select string_agg(state, ' ') from paybus.reconcile_anomalies"
                                             " where code = 'line_quarantined'"),
                        "resolved");
    PQfinish(conn);
}

/* Each goes on where the one before ended: two payments of an amount and a day are two. */
static void a_day_may_come_in_parts(void **state)
{
    (void)state;
    struct statement_books b;
    PGconn *conn = database_connect(&database, "postgres");
    statement_books_make(&api, "CAD", &b);
    deposit(&b, 500, "before");
    assert_int_equal(
        statement_send(&api, &b, STATEMENT_HEADER "opening,{from},0,{cur},,,,\nclosing,{from},0,{cur},,,,\n"),
        201);
    assert_int_equal(statement_send(&api, &b,
                                    STATEMENT_HEADER "opening,{day},0,{cur},,,,\n" LINES LINE(
                                        "500", "before") "closing,{day},10500,{cur},,,,\n"),
                     201);
    assert_int_equal(statement_send(&api, &b,
                                    STATEMENT_HEADER "opening,{day},10500,{cur},,,,\n" LINE(
                                        "4000", "{cur}-3") "closing,{day},14500,{cur},,,,\n"),
                     201);
    assert_int_equal(api_int(&api, "results.matched"), 1);
    assert_string_equal(open_of(conn, &b), "");
    PQfinish(conn);
}

/* What we had under the reference before is no sign that this is the one that was missing. */
static void a_common_reference_settles_nothing(void **state)
{
    (void)state;
    struct statement_books b;
    PGconn *conn = database_connect(&database, "postgres");
    statement_books_make(&api, "CHF", &b);
    assert_int_equal(
        statement_send(
            &api, &b,
            STATEMENT_AROUND("0", STATEMENT_LINES STATEMENT_LINE("1000", "{cur}-0", "B9"), "15000")),
        201);
    assert_string_equal(open_of(conn, &b), "line_duplicated 1000");
    assert_int_equal(
        statement_send(&api, &b,
                       STATEMENT_HEADER
                       "opening,2026-01-05,0,{cur},,,,\nline,2026-01-05,1000,{cur},,{cur}-0,A1,\n"
                       "closing,2026-01-05,1000,{cur},,,,\n"),
        201);
    deposit(&b, 1000, "CHF-0");
    assert_non_null(strstr(open_of(conn, &b), "line_missing_here 1000"));
    PQfinish(conn);
}

static void send_many(struct statement_books *b)
{
    CLEANUP(buf_free) struct buf file = {0};
    char path[128];
    buf_init(&file, 1 << 20);
    buf_add_str(&file, "record,booking_date,amount,currency,reference\nopening,2026-01-05,0,CZK,\n");
    for (int i = 0; i < MANY; i++)
        buf_addf(&file, "line,2026-01-05,1,CZK,wrong-%d\n", i);
    buf_addf(&file, "closing,2026-01-05,%d,CZK,\n", MANY);
    (void)snprintf(path, sizeof path, "/v1/reconcile/statements?account=%s", b->cash);
    assert_int_equal(
        api_send(&api, &(struct api_request){.path = path,
                                             .body = file.data,
                                             .headers = {"Content-Type: text/csv; charset=utf-8"}}),
        201);
    assert_int_equal(api_int(&api, "results.missing_here"), MANY);
}

/* A file for the wrong account: more than a run keeps. What comes later is named, what is over is resolved,
   and what was written off is not looked at again. */
static void many_lines_hide_no_others(void **state)
{
    (void)state;
    struct statement_books b, later;
    PGconn *conn = database_connect(&database, "postgres");
    statement_books_make(&api, "CZK", &b);
    send_many(&b);
    statement_books_make(&api, "DKK", &later);
    assert_int_equal(
        statement_send(&api, &later,
                       STATEMENT_AROUND("0", STATEMENT_LINES STATEMENT_LINE("7", "true", "B9"), "14008")),
        201);
    assert_string_equal(open_of(conn, &later), "statement_not_footing 1");
    assert_int_equal(
        statement_send(&api, &later,
                       STATEMENT_AROUND("0", STATEMENT_LINES STATEMENT_LINE("7", "true", "B9"), "14007")),
        201);
    assert_string_equal(open_of(conn, &later), "line_missing_here 7");
    database_exec(conn, "update paybus.reconcile_anomalies set state = 'written_off' where currency = 'CZK'");
    (void)open_of(conn, &later);
    assert_string_equal(database_value(conn, "select count(*) from paybus.reconcile_anomalies"
                                             " where currency = 'CZK' and state = 'written_off'"),
                        "1000");
    assert_string_equal(
        database_value(conn, "select count(*) from paybus.reconcile_anomalies where currency = 'CZK'"),
        "1100");
    PQfinish(conn);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_sent_again_explains_nothing_more),
        cmocka_unit_test(a_mended_file_ends_the_quarantine),
        cmocka_unit_test(a_day_may_come_in_parts),
        cmocka_unit_test(a_common_reference_settles_nothing),
        cmocka_unit_test(many_lines_hide_no_others),
    };
    database.postgres = h.postgres;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return statement_scene_main(&h, &api, run);
}
