/* test_statements.c - POST /v1/reconcile/statements and what is read of it; files that are no statements; an
   account's day as camt.053, which our own reader takes and matches line by line. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shared/contract/bank_statement.h"
#include "shared/io/bus.h"
#include "tests/e2e/scene.h"
#include "tests/e2e/statement_file.h"
#include "tests/support/database.h"

#define ROWS(table) (sizeof(table) / sizeof(table)[0])
#define GOOD        STATEMENT_AROUND("0", STATEMENT_LINES, "14000")
#define CAMT(inner)                                                                                          \
    "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt>" inner               \
    "</BkToCstmrStmt></Document>"
#define LAUGHS                                                                                               \
    "<!DOCTYPE d [<!ENTITY a \"haha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c "                   \
    "\"&b;&b;&b;&b;&b;&b;&b;&b;\">]>" CAMT("<Stmt><Id>&c;</Id></Stmt>")
#define OUTSIDE         "<!DOCTYPE d [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>" CAMT("<Stmt><Id>&a;</Id></Stmt>")
#define TOO_LARGE       (((size_t)4 << 20) + 1)
#define FAR_LARGER      ((size_t)100 << 20)
#define REFUSED_US      5000000
#define ANSWER_MS       20000
#define SECONDS_PER_DAY 86400
#define LINES_MAX       50000

static struct harness h;
static struct api api;
static struct database database; /* only to connect */

static int64_t count_statements(PGconn *conn)
{
    return strtoll(database_value(conn, "select count(*) from paybus.reconcile_statements"), NULL, 10);
}

static void the_same_file_is_the_same_statement(void **state)
{
    (void)state;
    struct statement_books b;
    char first[TYPEID_TEXT_SIZE];
    PGconn *conn = database_connect(&database, "postgres");
    statement_books_make(&api, "CHF", &b);
    assert_int_equal(statement_send(&api, &b, GOOD), 201);
    assert_string_equal(api_string(&api, "account"), b.cash);
    assert_string_equal(api_string(&api, "status"), "reconciled");
    assert_string_equal(api_string(&api, "format"), "csv");
    assert_string_equal(api_string(&api, "footing"), "good");
    assert_int_equal(api_int(&api, "closing_balance"), 14000);
    assert_int_equal(api_int(&api, "line_count"), 5);
    assert_int_equal(api_int(&api, "results.matched"), 5);
    assert_null(api_header(&api, "Idempotency-Replayed"));
    (void)snprintf(first, sizeof first, "%s", b.statement);
    int64_t before = count_statements(conn);
    assert_int_equal(statement_send(&api, &b, GOOD), 200);
    assert_string_equal(b.statement, first);
    assert_string_equal(api_header(&api, "Idempotency-Replayed"), "true");
    assert_int_equal(count_statements(conn), before);
    PQfinish(conn);
}

static void it_can_be_read(void **state)
{
    (void)state;
    struct statement_books b;
    statement_books_make(&api, "NOK", &b);
    assert_int_equal(
        statement_send(&api, &b,
                       STATEMENT_AROUND("0",
                                        STATEMENT_LINE_0 STATEMENT_LINE_1 STATEMENT_LINE_2 STATEMENT_LINE_3
                                        "line,{day},x,{cur},,who,B9,\n" STATEMENT_LINE("9", "nobody", "B8"),
                                        "10009")),
        201);
    assert_string_equal(api_string(&api, "footing"), "unknown");
    assert_int_equal(api_get(&api, "/v1/reconcile/statements/%s", b.statement), 200);
    assert_int_equal(api_int(&api, "results.matched"), 4);
    assert_int_equal(api_int(&api, "results.duplicate_here"), 1);
    assert_int_equal(api_int(&api, "results.quarantined"), 1);
    assert_int_equal(api_int(&api, "results.missing_here"), 1);
    assert_int_equal(api_get(&api, "/v1/reconcile/statements?account=%s", b.cash), 200);
    assert_string_equal(api_string(&api, "data.0.id"), b.statement);
    assert_null(api_at(&api, "data.1"));
    assert_int_equal(api_get(&api, "/v1/reconcile/statements/%s/lines?result=quarantined", b.statement), 200);
    assert_int_equal(api_int(&api, "data.0.line"), 7);
    assert_string_equal(api_string(&api, "data.0.reason"),
                        "The amount is not a whole number of minor units.");
    assert_string_equal(api_string(&api, "data.0.reference"), "who");
    assert_true(json_is_null(api_at(&api, "data.0.transaction")));
    assert_int_equal(api_get(&api, "/v1/reconcile/statements/%s/lines?result=duplicate_here", b.statement),
                     200);
    assert_string_equal(api_string(&api, "data.0.transaction"), b.transactions[4]);
    assert_true(json_is_null(api_at(&api, "data.0.line")));
    assert_int_equal(api_int(&api, "data.0.expected"), 4000);
}

/* Every row once, whatever the pages. */
static void its_lines_come_in_pages(void **state)
{
    (void)state;
    char path[256], id[TYPEID_TEXT_SIZE], cursor[96] = "";
    int rows = 0, pages = 0;
    assert_int_equal(api_get(&api, "/v1/reconcile/statements?limit=1"), 200);
    (void)snprintf(id, sizeof id, "%s", api_string(&api, "data.0.id"));
    assert_int_equal(json_is_string(api_at(&api, "next_cursor")), 1);
    do {
        (void)snprintf(path, sizeof path, "/v1/reconcile/statements/%s/lines?limit=2%s%s", id,
                       cursor[0] != '\0' ? "&cursor=" : "", cursor);
        assert_int_equal(api_send(&api, &(struct api_request){.path = path}), 200);
        rows += (int)json_array_size(api_at(&api, "data"));
        const char *next = json_string_value(api_at(&api, "next_cursor"));
        (void)snprintf(cursor, sizeof cursor, "%s", next != NULL ? next : "");
        pages++;
    } while (cursor[0] != '\0');
    assert_int_equal(rows, 7);
    assert_int_equal(pages, 4);
    assert_int_equal(api_get(&api, "/v1/reconcile/statements/%s/lines?result=nothing", id), 400);
    assert_int_equal(api_get(&api, "/v1/reconcile/statements/stm_01h455vb4pex5vsknk084sn02q/lines"), 404);
}

static void expect_refusal(const struct statement_books *b, const struct api_request *request, int status,
                           const char *code)
{
    PGconn *conn = database_connect(&database, "postgres");
    int64_t before = count_statements(conn);
    char path[128];
    struct api_request r = *request;
    (void)snprintf(path, sizeof path, "/v1/reconcile/statements?account=%s", b->cash);
    r.path = r.path != NULL ? r.path : path;
    (void)api_send(&api, &r);
    api_expect_problem(&api, status, code, NULL);
    assert_true(api.took_us < REFUSED_US);
    assert_int_equal(count_statements(conn), before);
    PQfinish(conn);
}

static void what_is_no_statement(void **state)
{
    (void)state;
    static const char csv[] = "Content-Type: text/csv", xml[] = "Content-Type: application/xml";
    struct statement_books b;
    char good[4096];
    statement_books_make(&api, "DKK", &b);
    statement_fill_in(&b, GOOD, good, sizeof good);
    const struct {
        const char *body;
        size_t len; /* 0: up to the NUL */
        const char *type;
        int status;
        const char *code;
    } rows[] = {
        {good, 0, "Content-Type: application/json", 415, "unsupported_media_type"},
        {good, 0, "Content-Type: text/csv; charset=iso-8859-1", 415, "unsupported_media_type"},
        {good, 0, "Content-Type: multipart/form-data; boundary=x", 415, "unsupported_media_type"},
        {good, 0, "Content-Type:", 415, "unsupported_media_type"},
        {good, 0, xml, 422, "invalid_statement"},
        {"", 0, csv, 422, "invalid_statement"},
        {"record\0,", 8, csv, 422, "invalid_statement"},
        {"record,booking_date,amount,currency\nopening,caf\xe9,1,DKK\n", 0, csv, 422, "invalid_statement"},
        {"\xff\xfer\0", 4, csv, 422, "invalid_statement"},
        {"\"", 0, csv, 422, "invalid_statement"},
        {LAUGHS, 0, xml, 422, "invalid_statement"},
        {OUTSIDE, 0, xml, 422, "invalid_statement"},
        {CAMT(""), 0, xml, 422, "invalid_statement"},
        {"<", 0, xml, 422, "invalid_statement"},
        {"<a/>", 0, "Content-Type: text/xml", 422, "invalid_statement"},
    };
    for (size_t i = 0; i < ROWS(rows); i++)
        expect_refusal(
            &b,
            &(struct api_request){.body = rows[i].body, .body_len = rows[i].len, .headers = {rows[i].type}},
            rows[i].status, rows[i].code);
    expect_refusal(&b, &(struct api_request){.body = good, .headers = {csv, "Content-Encoding: gzip"}}, 415,
                   "unsupported_media_type");
}

static void what_is_too_large(void **state)
{
    (void)state;
    static const size_t sizes[] = {TOO_LARGE, FAR_LARGER};
    struct statement_books b;
    statement_books_make(&api, "HUF", &b);
    char *body = malloc(FAR_LARGER);
    assert_non_null(body);
    memset(body, '\n', FAR_LARGER);
    for (size_t i = 0; i < ROWS(sizes); i++)
        expect_refusal(
            &b,
            &(struct api_request){
                .body = body, .body_len = sizes[i], .headers = {"Content-Type: text/csv"}, .fresh = true},
            413, "payload_too_large");
    free(body);
    assert_int_equal(statement_send(&api, &b, GOOD), 201);
}

/* As many lines as there may be, none of which we have. */
static void the_largest_one(void **state)
{
    (void)state;
    struct statement_books b;
    char text[256], path[128];
    CLEANUP(buf_free) struct buf file = {0};
    buf_init(&file, (size_t)4 << 20);
    statement_books_make(&api, "SEK", &b);
    statement_fill_in(&b, STATEMENT_HEADER "opening,{from},0,{cur},,,,\n", text, sizeof text);
    buf_add_str(&file, text);
    for (int i = 0; i < LINES_MAX; i++) {
        statement_fill_in(&b, "line,{day},1,{cur},,", text, sizeof text);
        buf_addf(&file, "%sx-%d,B-%d,\n", text, i, i);
    }
    statement_fill_in(&b, "closing,{to},50000,{cur},,,,\n", text, sizeof text);
    buf_add_str(&file, text);
    assert_int_equal(buf_status(&file), STATUS_OK);
    (void)snprintf(path, sizeof path, "/v1/reconcile/statements?account=%s", b.cash);
    const struct api_request request = {
        .path = path, .body = file.data, .headers = {"Content-Type: text/csv"}};
    assert_int_equal(api_send(&api, &request), 201);
    assert_int_equal(api_int(&api, "results.missing_here"), LINES_MAX);
    assert_int_equal(api_int(&api, "results.missing_at_bank"), STATEMENT_DEPOSITS);
    print_message("%d lines in %lld ms\n", LINES_MAX, (long long)(api.took_us / 1000));
    assert_int_equal(api_send(&api, &request), 200);
    assert_int_equal(api_int(&api, "line_count"), LINES_MAX);
}

static void whose_account(void **state)
{
    (void)state;
    static const char type[] = "Content-Type: text/csv";
    struct statement_books b;
    char good[4096], path[128];
    statement_books_make(&api, "ISK", &b);
    statement_fill_in(&b, GOOD, good, sizeof good);
    expect_refusal(&b,
                   &(struct api_request){.path = "/v1/reconcile/statements", .body = good, .headers = {type}},
                   422, "account_not_found");
    expect_refusal(
        &b,
        &(struct api_request){.path = "/v1/reconcile/statements?account=acct_01h455vb4pex5vsknk084sn02q",
                              .body = good,
                              .headers = {type}},
        422, "account_not_found");
    expect_refusal(
        &b,
        &(struct api_request){.path = "/v1/reconcile/statements?account=x", .body = good, .headers = {type}},
        400, "invalid_parameter");
    char key[HARNESS_KEY_SIZE];
    harness_new_key(key);
    assert_int_equal(api_post(&api, "/v1/accounts", key, "{'type':'user','currency':'JPY','name':'a'}"), 201);
    (void)snprintf(path, sizeof path, "/v1/reconcile/statements?account=%s", api_string(&api, "id"));
    expect_refusal(&b, &(struct api_request){.path = path, .body = good, .headers = {type}}, 422,
                   "currency_mismatch");
}

/* As if it had been two days before: nothing else looks at these rows. */
static void move_back(const char *currency)
{
    char sql[256];
    PGconn *conn = database_connect(&database, "postgres");
    (void)snprintf(
        sql, sizeof sql,
        "set session_replication_role = replica;"
        "update paybus.entries set created_at = created_at - interval '2 days' where currency = '%s'",
        currency);
    database_exec(conn, sql);
    PQfinish(conn);
}

static void make_payments(const char *alice, const char *bob)
{
    static const char *const words[] = {"",
                                        ",'reference':'inv-1'",
                                        ",'reference':'inv-1'",
                                        ",'reference':'a reference of more than thirty-five characters'",
                                        ",'description':'<b> & \\u20ac'",
                                        ",'reference':'r&<>'"};
    char key[HARNESS_KEY_SIZE];
    for (size_t i = 0; i < ROWS(words); i++) {
        bool is_out = i % 2 == 0;
        harness_new_key(key);
        assert_int_equal(
            api_post(&api, "/v1/transfers", key, "{'from_account':'%s','to_account':'%s','amount':%zu%s}",
                     is_out ? alice : bob, is_out ? bob : alice, (is_out ? 200 : 100) + i, words[i]),
            201);
    }
}

static void an_accounts_day_as_camt(void **state)
{
    (void)state;
    char alice[TYPEID_TEXT_SIZE], bob[TYPEID_TEXT_SIZE], day[16], *file;
    harness_open_account(&h, "KWD", alice);
    harness_open_account(&h, "KWD", bob);
    harness_deposit(&h, alice, "KWD", 123456);
    make_payments(alice, bob);
    move_back("KWD");
    PGconn *conn = database_connect(&database, "postgres");
    (void)snprintf(day, sizeof day, "%s",
                   database_value(conn,
                                  "select (max(created_at) at time zone 'UTC')::date from paybus.entries "
                                  "where currency = 'KWD'"));
    PQfinish(conn);
    assert_int_equal(api_get(&api, "/v1/accounts/%s/statement?format=camt.053&date=%s", alice, day), 200);
    assert_string_equal(api_header(&api, "Content-Type"), "application/xml; charset=utf-8");
    assert_non_null(strstr(api.body.data, "<Amt Ccy=\"KWD\">123.456</Amt>"));
    assert_non_null(strstr(api.body.data, "&lt;b&gt; &amp; \xe2\x82\xac"));
    file = strdup(api.body.data);
    assert_non_null(file);
    assert_int_equal(api_send(&api, &(struct api_request){.path = "/v1/reconcile/statements",
                                                          .body = file,
                                                          .headers = {"Content-Type: application/xml"}}),
                     201);
    free(file);
    assert_string_equal(api_string(&api, "account"), alice);
    assert_string_equal(api_string(&api, "first_day"), day);
    assert_string_equal(api_string(&api, "last_day"), day);
    assert_string_equal(api_string(&api, "footing"), "good");
    assert_int_equal(api_int(&api, "opening_balance"), 0);
    assert_int_equal(api_int(&api, "closing_balance"), 123456 - 200 + 101 - 202 + 103 - 204 + 105);
    assert_int_equal(api_int(&api, "line_count"), 7);
    assert_int_equal(api_int(&api, "results.matched"), 7);
}

static void which_days_there_are(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        int status;
    } rows[] = {{"format=camt.053&date=2026-01-31", 200},
                {"format=camt.053", 400},
                {"date=2026-01-31", 400},
                {"format=camt.053&date=2026-02-30", 400},
                {"format=camt.053&date=20260131", 400},
                {"format=camt.053&date=9000-01-01", 400},
                {"format=camt.053&date=2026-01-31&limit=5", 400},
                {"format=camt.053&date=2026-01-31&from=2026-01-31T00:00:00Z", 400},
                {"format=pdf&date=2026-01-31", 400}};
    char account[TYPEID_TEXT_SIZE];
    harness_open_account(&h, "EUR", account);
    for (size_t i = 0; i < ROWS(rows); i++)
        assert_int_equal(api_get(&api, "/v1/accounts/%s/statement?%s", account, rows[i].query),
                         rows[i].status);
    assert_int_equal(
        api_get(&api,
                "/v1/accounts/acct_01h455vb4pex5vsknk084sn02q/statement?format=camt.053&date=2026-01-31"),
        404);
}

/* What somebody with nats gets for a message. */
static json_t *ask(struct bus *bus, const char *subject, const char *text)
{
    natsMsg *msg = NULL;
    assert_int_equal(natsConnection_RequestString(&msg, bus_raw(bus), subject, text, ANSWER_MS), NATS_OK);
    json_t *json = json_loadb(natsMsg_GetData(msg), (size_t)natsMsg_GetDataLength(msg), 0, NULL);
    natsMsg_Destroy(msg);
    assert_non_null(json);
    return json;
}

static struct bus *connect_as_ops(void)
{
    static char credentials[SERVERS_PATH_SIZE + 32];
    struct bus *bus = NULL;
    (void)snprintf(credentials, sizeof credentials, "%s/ops.nats", h.directory);
    const struct bus_options options = {
        .servers = h.nats.url, .credentials_file = credentials, .name = "test_statements"};
    assert_int_equal(bus_open(&options, &bus), STATUS_OK);
    assert_int_equal(bus_wait_connected(bus, ANSWER_MS), STATUS_OK);
    return bus;
}

static int64_t status_of(const json_t *answer)
{
    return json_integer_value(json_object_get(answer, "status"));
}

/* Without HTTP: a line of JSON and the file; who sends it is whoever he says, and marked. */
static void over_the_bus(void **state)
{
    (void)state;
    static const char *const refused[] = {"",
                                          "{}",
                                          "{\"format\":\"pdf\"}\nx",
                                          "{\"format\":\"csv\",\"more\":1}\nx",
                                          "{\"format\":\"csv\",\"account\":\"x\"}\nx",
                                          "[\"csv\"]\nx",
                                          "csv\nx"};
    struct bus *bus = connect_as_ops();
    struct statement_books b;
    char text[4096];
    statement_books_make(&api, "CAD", &b);
    statement_fill_in(&b, "{\"account\":\"{cash}\",\"format\":\"csv\",\"actor\":\"ann\"}\n" GOOD, text,
                      sizeof text);
    json_t *answer = ask(bus, BANK_STATEMENT_SUBJECT, text);
    const json_t *body = json_object_get(answer, "body");
    assert_int_equal(status_of(answer), 201);
    assert_string_equal(json_string_value(json_object_get(body, "actor")), "nats:ann");
    assert_string_equal(json_string_value(json_object_get(body, "status")), "reconciled");
    json_decref(answer);
    for (size_t i = 0; i < ROWS(refused); i++) {
        answer = ask(bus, BANK_STATEMENT_SUBJECT, refused[i]);
        if (status_of(answer) != 400 && status_of(answer) != 422)
            fail_msg("%s is taken", refused[i]);
        json_decref(answer);
    }
    bus_close(bus, 1000);
}

/* What is open is told in amounts once a run has looked, and no more once it is settled. */
static void what_is_open_is_measured(void **state)
{
    (void)state;
    static const char missing[] = "paybus_recon_unmatched_amount{currency=\"NZD\",result=\"missing_here\"}";
    static const char oldest[] =
        "paybus_recon_unmatched_oldest_timestamp_seconds{currency=\"NZD\",result=\"missing_here\"}";
    static const char matched[] = "paybus_recon_statement_lines_total{match=\"automatic\"}";
    static const char unmatched[] = "paybus_recon_statement_lines_total{match=\"none\"}";
    struct bus *bus = connect_as_ops();
    struct statement_books b;
    char key[HARNESS_KEY_SIZE], account[TYPEID_TEXT_SIZE];
    int64_t before =
        program_metric(&h.recons[0], "paybus_recon_statement_results_total{result=\"missing_here\"}");
    int64_t matched_before = program_metric(&h.recons[0], matched),
            unmatched_before = program_metric(&h.recons[0], unmatched);
    statement_books_make(&api, "NZD", &b);
    assert_int_equal(
        statement_send(&api, &b,
                       STATEMENT_AROUND("0", STATEMENT_LINES STATEMENT_LINE("-700", "fee-1", "B9"), "13300")),
        201);
    assert_int_equal(
        program_metric(&h.recons[0], "paybus_recon_statement_results_total{result=\"missing_here\"}"),
        before + 1);
    json_decref(ask(bus, "pay.ops.recon.run", "{}"));
    assert_int_equal(program_metric(&h.recons[0], matched) - matched_before, STATEMENT_DEPOSITS);
    assert_int_equal(program_metric(&h.recons[0], unmatched) - unmatched_before, 1);
    assert_int_equal(program_metric(&h.recons[0], missing), 700);
    assert_in_range(time(NULL) - program_metric(&h.recons[0], oldest), 0, 2 * SECONDS_PER_DAY);
    assert_int_equal(program_metric(&h.recons[0],
                                    "paybus_recon_unmatched_lines{currency=\"NZD\",result=\"missing_here\"}"),
                     1);
    assert_int_equal(api_get(&api, "/v1/transactions/%s", b.transactions[0]), 200);
    (void)snprintf(account, sizeof account, "%s",
                   strcmp(api_string(&api, "entries.0.account"), b.cash) == 0
                       ? api_string(&api, "entries.1.account")
                       : api_string(&api, "entries.0.account"));
    harness_new_key(key);
    assert_int_equal(api_post(&api, "/v1/withdrawals", key,
                              "{'account':'%s','amount':700,'currency':'NZD','reference':'fee-1'}", account),
                     201);
    json_decref(ask(bus, "pay.ops.recon.run", "{}"));
    assert_int_equal(program_metric(&h.recons[0], missing), 0);
    assert_int_equal(program_metric(&h.recons[0], oldest), 0);
    bus_close(bus, 1000);
}

/* What could not be read is open until the bank has sent it again. */
static void what_was_mended_is_measured_no_more(void **state)
{
    (void)state;
    static const char quarantined[] = "paybus_recon_unmatched_lines{currency=\"BRL\",result=\"quarantined\"}";
    struct bus *bus = connect_as_ops();
    struct statement_books b;
    statement_books_make(&api, "BRL", &b);
    assert_int_equal(
        statement_send(&api, &b,
                       STATEMENT_AROUND("0", STATEMENT_LINES STATEMENT_LINE("\"7,0\"", "x", "B9"), "14000")),
        201);
    json_decref(ask(bus, "pay.ops.recon.run", "{}"));
    assert_int_equal(program_metric(&h.recons[0], quarantined), 1);
    assert_int_equal(statement_send(&api, &b, GOOD), 201);
    json_decref(ask(bus, "pay.ops.recon.run", "{}"));
    assert_int_equal(program_metric(&h.recons[0], quarantined), 0);
    bus_close(bus, 1000);
}

/* What somebody else answers for is nobody's to explain. */
static void what_was_written_off_is_measured_no_more(void **state)
{
    (void)state;
    static const char missing[] = "paybus_recon_unmatched_amount{currency=\"SGD\",result=\"missing_here\"}";
    struct bus *bus = connect_as_ops();
    struct statement_books b;
    PGconn *conn = database_connect(&database, "postgres");
    statement_books_make(&api, "SGD", &b);
    assert_int_equal(
        statement_send(&api, &b,
                       STATEMENT_AROUND("0", STATEMENT_LINES STATEMENT_LINE("70", "x", "B9"), "14070")),
        201);
    json_decref(ask(bus, "pay.ops.recon.run", "{}"));
    assert_int_equal(program_metric(&h.recons[0], missing), 70);
    database_exec(conn, "update paybus.reconcile_anomalies set state = 'written_off' where currency = 'SGD'");
    json_decref(ask(bus, "pay.ops.recon.run", "{}"));
    assert_int_equal(program_metric(&h.recons[0], missing), 0);
    PQfinish(conn);
    bus_close(bus, 1000);
}

/* Nobody there to take it: it is said that nothing was done. */
static void without_recon_svc(void **state)
{
    (void)state;
    struct statement_books b;
    statement_books_make(&api, "MXN", &b);
    assert_int_equal(program_stop(&h.recons[0], SIGTERM, 10000), 0);
    assert_false(program_logged(&h.recons[0], "Permissions Violation"));
    assert_int_equal(statement_send(&api, &b, GOOD), 503);
    program_start(&h.recons[0]);
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
    assert_int_equal(statement_send(&api, &b, GOOD), 201);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_file_is_the_same_statement),
        cmocka_unit_test(it_can_be_read),
        cmocka_unit_test(its_lines_come_in_pages),
        cmocka_unit_test(what_is_no_statement),
        cmocka_unit_test(what_is_too_large),
        cmocka_unit_test(the_largest_one),
        cmocka_unit_test(whose_account),
        cmocka_unit_test(an_accounts_day_as_camt),
        cmocka_unit_test(which_days_there_are),
        cmocka_unit_test(over_the_bus),
        cmocka_unit_test(what_is_open_is_measured),
        cmocka_unit_test(what_was_mended_is_measured_no_more),
        cmocka_unit_test(what_was_written_off_is_measured_no_more),
        cmocka_unit_test(without_recon_svc),
    };
    database.postgres = h.postgres;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return statement_scene_main(&h, &api, run);
}
