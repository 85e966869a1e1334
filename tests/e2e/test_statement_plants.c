/* test_statement_plants.c - a good statement raises nothing; each altered one is named by an incremental run,
   and still by a full one: what is wrong with which line or transaction and by how much, no more and no less.
   Each has a currency, and so a cash account, of its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/recon.h"
#include "tests/e2e/scene.h"
#include "tests/e2e/statement_file.h"
#include "tests/support/database.h"
#include "tests/support/process.h"

#define ROWS(table)             (sizeof(table) / sizeof(table)[0])
#define TEXT_SIZE               8192
#define WITHOUT_0               STATEMENT_LINE_1 STATEMENT_LINE_2 STATEMENT_LINE_3 STATEMENT_LINE_4
#define WITHOUT_3               STATEMENT_LINE_0 STATEMENT_LINE_1 STATEMENT_LINE_2
#define FILE_OF(lines, closing) STATEMENT_AROUND("0", lines, closing)

static struct harness h;
static struct api api;
static struct database database; /* only to connect */

struct plant {
    const char *name, *file;
    const char *next;   /* a second one behind it; NULL: none */
    const char *wanted; /* a line each, in order: code, object, difference */
};
static const struct plant plants[] = {
    {"good", FILE_OF(STATEMENT_LINES, "14000"), NULL, ""},
    {"one line for two entries", FILE_OF(WITHOUT_3 STATEMENT_LINE("8000", "{cur}-3", "B3"), "14000"), NULL,
     ""},
    {"two lines for one entry",
     FILE_OF(STATEMENT_LINE("400", "{cur}-0", "a") STATEMENT_LINE("600", "{cur}-0", "b") WITHOUT_0, "14000"),
     NULL, ""},
    {"a line without a reference", FILE_OF(STATEMENT_LINE("1000", "", "B0") WITHOUT_0, "14000"), NULL, ""},
    {"a line of an earlier statement again", FILE_OF(STATEMENT_LINES, "14000"),
     STATEMENT_HEADER "opening,{day},14000,{cur},,,,\n" STATEMENT_LINE_4 "closing,{last},18000,{cur},,,,\n",
     ""},
    {"an invented line", FILE_OF(STATEMENT_LINES STATEMENT_LINE("500", "nobody", "B9"), "14500"), NULL,
     "line_missing_here {stm}/8 500"},
    {"a line left out", FILE_OF(WITHOUT_0, "13000"), NULL, "entry_missing_at_bank {t0} -1000"},
    {"an amount", FILE_OF(STATEMENT_LINE("1001", "{cur}-0", "B0") WITHOUT_0, "14001"), NULL,
     "line_amount_mismatch {stm}/3 1"},
    {"the sign of an amount", FILE_OF(STATEMENT_LINE("-1000", "{cur}-0", "B0") WITHOUT_0, "12000"), NULL,
     "line_amount_mismatch {stm}/3 -2000"},
    {"two amounts changed places",
     FILE_OF(STATEMENT_LINE("2000", "{cur}-0", "B0") STATEMENT_LINE("1000", "{cur}-1", "B1")
                 STATEMENT_LINE_2 STATEMENT_LINE_3 STATEMENT_LINE_4,
             "14000"),
     NULL, "line_amount_mismatch {stm}/3 1000\nline_amount_mismatch {stm}/4 -1000"},
    {"a currency", FILE_OF("line,{day},1000,EUR,,{cur}-0,B0,\n" WITHOUT_0, "13000"), NULL,
     "line_currency_mismatch {stm}/3 0"},
    {"a date", FILE_OF("line,{far},1000,{cur},,{cur}-0,B0,\n" WITHOUT_0, "14000"), NULL,
     "line_date_mismatch {stm}/3 -"},
    {"a line twice", FILE_OF(STATEMENT_LINES STATEMENT_LINE_1, "16000"), NULL,
     "line_duplicated {stm}/8 2000"},
    {"a line twice, numbered anew", FILE_OF(STATEMENT_LINES STATEMENT_LINE("2000", "{cur}-1", "B9"), "16000"),
     NULL, "line_duplicated {stm}/8 2000"},
    {"one of two equal ones left out", FILE_OF(WITHOUT_3 STATEMENT_LINE_3, "10000"), NULL,
     "entry_duplicated {t4} -4000"},
    {"the references of two equal ones",
     FILE_OF(WITHOUT_3 STATEMENT_LINE("4000", "", "B3") STATEMENT_LINE("4000", "", "B4"), "14000"), NULL,
     "line_ambiguous {stm}/6 4000\nline_ambiguous {stm}/7 4000\nline_ambiguous {t3} -4000\nline_ambiguous "
     "{t4} -4000"},
    {"a reference", FILE_OF(STATEMENT_LINE("1000", "{cur}-O", "B0") WITHOUT_0, "14000"), NULL,
     "entry_missing_at_bank {t0} -1000\nline_missing_here {stm}/3 1000"},
    {"the id of a transaction",
     FILE_OF(STATEMENT_LINE_0 STATEMENT_LINE_1 STATEMENT_LINE("3000", "txn_01h455vb4pex5vsknk084sn02q", "B2")
                 STATEMENT_LINE_3 STATEMENT_LINE_4,
             "14000"),
     NULL, "entry_missing_at_bank {t2} -3000\nline_missing_here {stm}/5 3000"},
    {"a part of a payment", FILE_OF(WITHOUT_3 STATEMENT_LINE("7999", "{cur}-3", "B3"), "13999"), NULL,
     "line_amount_mismatch {stm}/6 -1"},
    {"the closing balance", FILE_OF(STATEMENT_LINES, "14001"), NULL, "statement_not_footing {stm} 1"},
    {"the opening balance", STATEMENT_AROUND("7", STATEMENT_LINES, "14000"), NULL,
     "statement_not_footing {stm} -7"},
    {"an amount that is none", FILE_OF(STATEMENT_LINE("\"1,000\"", "{cur}-0", "B0") WITHOUT_0, "14000"), NULL,
     "entry_missing_at_bank {t0} -1000\nline_quarantined {stm}/3 -"},
    {"a day that is none", FILE_OF(STATEMENT_LINES "line,2026-02-30,5,{cur},,x,B9,\n", "14005"), NULL,
     "line_quarantined {stm}/8 -"},
    {"the opening balance of the next one", FILE_OF(STATEMENT_LINES, "14000"),
     STATEMENT_HEADER "opening,{next},13000,{cur},,,,\nclosing,{last},13000,{cur},,,,\n",
     "statement_gap {stm} -1000"},
};

#define NEWEST_RUN                                                                                           \
    "(select id from paybus.reconcile_runs where state = 'completed' order by started_at desc limit 1)"

static const char *found_first_by_newest(PGconn *conn)
{
    return database_value(conn,
                          "select coalesce(string_agg(format('%s %s %s', code, object, "
                          "coalesce((actual - expected)::text, '-')), E'\\n' order by code, object), '') "
                          "from paybus.reconcile_anomalies where first_run_id = " NEWEST_RUN);
}

static void expect_named(const struct plant *p, const struct statement_books *b, PGconn *conn)
{
    static char wanted[TEXT_SIZE];
    statement_fill_in(b, p->wanted, wanted, sizeof wanted);
    int code = recon_once_free(&h, "paybus", false);
    const char *found = found_first_by_newest(conn);
    if ((code != 0 && code != 2) || strcmp(found, wanted) != 0) {
        recon_print_log(&h);
        fail_msg("%s: ends with %d\n--- wanted\n%s\n--- found\n%s", p->name, code, wanted, found);
    }
}

static void every_plant_is_named(void **state)
{
    (void)state;
    static const char *const currencies[] = {
        "AUD", "SGD", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EGP", "GBP", "HKD",
        "HUF", "IDR", "ILS", "INR", "ISK", "JPY", "KES", "KRW", "KWD", "MXN", "MYR", "NOK", "NZD",
    };
    PGconn *conn = database_connect(&database, "postgres");
    assert_true(ROWS(plants) <= ROWS(currencies));
    for (size_t i = 0; i < ROWS(plants); i++) {
        struct statement_books b;
        statement_books_make(&api, currencies[i], &b);
        if (statement_send(&api, &b, plants[i].file) != 201 ||
            (plants[i].next != NULL && statement_send(&api, &b, plants[i].next) != 201))
            fail_msg("%s: %s", plants[i].name, api.body.data);
        expect_named(&plants[i], &b, conn);
    }
    PQfinish(conn);
}

/* A full run sees all of them again and nothing more. */
static void a_full_run_agrees(void **state)
{
    (void)state;
    PGconn *conn = database_connect(&database, "postgres");
    assert_int_equal(recon_once_free(&h, "paybus", true), 2);
    assert_string_equal(found_first_by_newest(conn), "");
    assert_string_equal(
        database_value(conn,
                       "select count(*) from paybus.reconcile_anomalies where last_run_id <> " NEWEST_RUN
                       " or state <> 'open'"),
        "0");
    PQfinish(conn);
}

static const char *state_of(PGconn *conn, const char *code, const struct statement_books *b)
{
    char sql[256];
    (void)snprintf(
        sql, sizeof sql,
        "select string_agg(state, ' ') from paybus.reconcile_anomalies where code = '%s' and currency = '%s'",
        code, b->currency);
    return database_value(conn, sql);
}

/* What the bank had first: once we have it under the same reference, all is well, also for the next
 * statement. */
static void what_we_book_later_settles(void **state)
{
    (void)state;
    struct statement_books b;
    char key[HARNESS_KEY_SIZE];
    PGconn *conn = database_connect(&database, "postgres");
    statement_books_make(&api, "PLN", &b);
    assert_int_equal(
        statement_send(&api, &b, FILE_OF(STATEMENT_LINES STATEMENT_LINE("700", "late-one", "B9"), "14700")),
        201);
    assert_int_equal(recon_once_free(&h, "paybus", false), 2);
    assert_string_equal(state_of(conn, "line_missing_here", &b), "open");
    harness_new_key(key);
    assert_int_equal(api_post(&api, "/v1/accounts", key, "{'type':'user','currency':'PLN','name':'b'}"), 201);
    char account[TYPEID_TEXT_SIZE];
    (void)snprintf(account, sizeof account, "%s", api_string(&api, "id"));
    harness_new_key(key);
    assert_int_equal(api_post(&api, "/v1/deposits", key,
                              "{'account':'%s','amount':700,'currency':'PLN','reference':'late-one'}",
                              account),
                     201);
    assert_int_equal(recon_once_free(&h, "paybus", false), 2);
    assert_string_equal(state_of(conn, "line_missing_here", &b), "resolved");
    assert_int_equal(statement_send(&api, &b,
                                    STATEMENT_HEADER
                                    "opening,{day},14700,{cur},,,,\nclosing,{last},14700,{cur},,,,\n"),
                     201);
    assert_int_equal(api_int(&api, "results.missing_at_bank"), 0);
    PQfinish(conn);
}

/* A statement that did not foot is out of the way once the bank sends it again as it should be. */
static void a_mended_statement_settles(void **state)
{
    (void)state;
    struct statement_books b;
    PGconn *conn = database_connect(&database, "postgres");
    statement_books_make(&api, "SEK", &b);
    assert_int_equal(statement_send(&api, &b, FILE_OF(STATEMENT_LINES, "13999")), 201);
    assert_string_equal(api_string(&api, "status"), "disputed");
    assert_int_equal(recon_once_free(&h, "paybus", false), 2);
    assert_string_equal(state_of(conn, "statement_not_footing", &b), "open");
    assert_int_equal(statement_send(&api, &b, FILE_OF(STATEMENT_LINES, "14000")), 201);
    assert_int_equal(api_int(&api, "results.matched"), 5);
    assert_int_equal(recon_once_free(&h, "paybus", false), 2);
    assert_string_equal(state_of(conn, "statement_not_footing", &b), "resolved");
    PQfinish(conn);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_plant_is_named),
        cmocka_unit_test(a_full_run_agrees),
        cmocka_unit_test(what_we_book_later_settles),
        cmocka_unit_test(a_mended_statement_settles),
    };
    database.postgres = h.postgres;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return statement_scene_main(&h, &api, run);
}
