/* test_reads.c - lists page by page, balances and statements that foot, spreadsheets that run nothing, one
   account and one transaction in detail. */
#include <stdlib.h>
#include <string.h>

#include "e2e_statements.h"
#include "shared/core/timefmt.h"
#include "tests/e2e/api.h"
#include "tests/e2e/cast.h"
#include "tests/e2e/scene.h"

#define ROWS(table)    (sizeof(table) / sizeof(table)[0])
#define OPENING        INT64_C(10000)
#define TRANSFERS      64 /* more than any page but the largest */
#define LIST_MAX       400
#define STATEMENTS_MAX (1 << 20)
#define FORMULA        "=HYPERLINK(1)"
#define QUOTED_FORMULA "\"'=HYPERLINK(1)\""
#define REFERENCE      "order 42/7&8"

static struct harness h;
static struct api api;

/* Transfers from alice to bob, in order: number i moves 1 + i % 7. */
static char transfers[TRANSFERS][TYPEID_TEXT_SIZE], moments[TRANSFERS][TIME_TEXT_SIZE];
static int64_t left_after[TRANSFERS]; /* what alice had then */

struct listing {
    char ids[LIST_MAX][2 * TYPEID_TEXT_SIZE];
    char times[LIST_MAX][TIME_TEXT_SIZE];
    size_t count;
    int pages;
};

/* The rows' identity: their id, or of entries transaction and account. */
static void take_page(struct listing *l, size_t limit)
{
    size_t i;
    const json_t *row;
    assert_true(json_array_size(api_at(&api, "data")) <= limit);
    json_array_foreach(api_at(&api, "data"), i, row)
    {
        const json_t *id = json_object_get(row, "id");
        const char *first = json_string_value(id != NULL ? id : json_object_get(row, "transaction"));
        const char *second = id != NULL ? "" : json_string_value(json_object_get(row, "account"));
        assert_true(l->count < LIST_MAX);
        (void)snprintf(l->ids[l->count], sizeof l->ids[0], "%s%s", first, second != NULL ? second : "");
        (void)snprintf(l->times[l->count++], TIME_TEXT_SIZE, "%s",
                       json_string_value(json_object_get(row, "created_at")));
    }
    l->pages++;
}

/* path has its filters and ends in ? or &. */
static void walk(const char *path, size_t limit, struct listing *ret_listing)
{
    char cursor[128] = "";
    *ret_listing = (struct listing){0};
    for (;;) {
        assert_int_equal(api_get(&api, "%slimit=%zu%s", path, limit, cursor), 200);
        take_page(ret_listing, limit);
        const json_t *next = api_at(&api, "next_cursor");
        if (json_is_null(next))
            return;
        assert_int_equal(json_array_size(api_at(&api, "data")), limit);
        (void)snprintf(cursor, sizeof cursor, "&cursor=%s", json_string_value(next));
    }
}

static void expect_each_once(const struct listing *l)
{
    for (size_t i = 0; i < l->count; i++)
        for (size_t k = i + 1; k < l->count; k++)
            assert_string_not_equal(l->ids[i], l->ids[k]);
}

static const struct {
    const char *path;
    size_t at_least;
    bool has_system; /* accounts of the system come last: their ids tell no time */
} lists[] = {
    {"/v1/accounts?", 4, true},
    {"/v1/accounts?type=user&", 3, false},
    {"/v1/accounts?owner=e2e&currency=EUR&", 2, false},
    {"/v1/transactions?", TRANSFERS + 2, false},
    {"/v1/transactions?account=@alice&", TRANSFERS + 1, false},
    {"/v1/transactions?kind=transfer&", TRANSFERS, false},
    {"/v1/transactions?account=@bob&kind=transfer&", TRANSFERS, false},
    {"/v1/entries?", 2 * TRANSFERS + 4, false},
    {"/v1/entries?account=@alice&", TRANSFERS + 1, false},
    {"/v1/entries?account=@alice&direction=debit&", TRANSFERS, false},
    {"/v1/entries?direction=credit&", TRANSFERS, false},
    {"/v1/accounts/@alice/statement?", TRANSFERS + 1, false},
};

/* Whatever the size of the pages, every row comes once and in the same order, newest first. */
static void every_row_once(void **state)
{
    (void)state;
    static struct listing whole, paged;
    static const size_t limits[] = {7, 25, 33, 99};
    for (size_t i = 0; i < ROWS(lists); i++) {
        walk(lists[i].path, 100, &whole);
        if (whole.count < lists[i].at_least)
            fail_msg("%s has %zu rows", lists[i].path, whole.count);
        expect_each_once(&whole);
        for (size_t k = 1; k < whole.count; k++)
            if (!lists[i].has_system && strcmp(whole.times[k - 1], whole.times[k]) < 0)
                fail_msg("%s: %s comes before %s", lists[i].path, whole.times[k - 1], whole.times[k]);
        for (size_t k = 0; k < ROWS(limits); k++) {
            walk(lists[i].path, limits[k], &paged);
            assert_int_equal(paged.count, whole.count);
            for (size_t row = 0; row < whole.count; row++)
                assert_string_equal(paged.ids[row], whole.ids[row]);
        }
    }
    walk("/v1/accounts?", 1, &paged);
    assert_true(paged.pages >= 3);
    expect_each_once(&paged);
}

/* What is posted between two pages neither repeats nor hides a row. */
static void rows_that_come_meanwhile(void **state)
{
    (void)state;
    char cursor[128], last[TYPEID_TEXT_SIZE];
    assert_int_equal(api_get(&api, "/v1/transactions?account=@carol&limit=2"), 200);
    (void)snprintf(cursor, sizeof cursor, "%s", api_string(&api, "next_cursor"));
    (void)snprintf(last, sizeof last, "%s", api_string(&api, "data.1.id"));
    harness_deposit(&h, cast_id("carol"), "EUR", 5);
    assert_int_equal(api_get(&api, "/v1/transactions?account=@carol&limit=2&cursor=%s", cursor), 200);
    assert_true(strcmp(api_string(&api, "data.0.id"), last) < 0);
}

static void default_page(void **state)
{
    (void)state;
    assert_int_equal(api_get(&api, "/v1/transactions"), 200);
    assert_int_equal(json_array_size(api_at(&api, "data")), 25);
    assert_true(json_is_string(api_at(&api, "next_cursor")));
}

static void bad_parameters(void **state)
{
    (void)state;
    static const struct {
        const char *path, *pointer;
    } rows[] = {
        {"/v1/accounts?limit=0", "?limit"},
        {"/v1/accounts?limit=-1", "?limit"},
        {"/v1/accounts?limit=101", "?limit"},
        {"/v1/accounts?limit=1000000000", "?limit"},
        {"/v1/accounts?limit=99999999999999999999", "?limit"},
        {"/v1/accounts?limit=", "?limit"},
        {"/v1/accounts?limit", "?limit"},
        {"/v1/accounts?limit=ten", "?limit"},
        {"/v1/accounts?limit=1.0", "?limit"},
        {"/v1/accounts?limit=%31%30%31", "?limit"},
        {"/v1/accounts?limit=1&limit=99", "?limit"},
        {"/v1/accounts?limit=%zz", "?limit"},
        {"/v1/accounts?limit=%", "?limit"},
        {"/v1/accounts?status=gone", "?status"},
        {"/v1/accounts?status=OPEN", "?status"},
        {"/v1/accounts?type=admin", "?type"},
        {"/v1/accounts?currency=eur", "?currency"},
        {"/v1/accounts?currency=XXX", "?currency"},
        {"/v1/accounts?owner=a%20b", "?owner"},
        {"/v1/accounts?owner=%27%20or%201=1--", "?owner"},
        {"/v1/accounts?sort=amount;drop", "?sort"},
        {"/v1/accounts?offset=10", "?offset"},
        {"/v1/accounts?tenant_id=1", "?tenant_id"},
        {"/v1/accounts?created_from=yesterday", "?created_from"},
        {"/v1/accounts?created_from=2026-01-01", "?created_from"},
        {"/v1/accounts?created_to=2026-13-01T00:00:00Z", "?created_to"},
        {"/v1/transactions?kind=theft", "?kind"},
        {"/v1/transactions?account=alice", "?account"},
        {"/v1/transactions?account=txn_01h455vb4pex5vsknk084sn02q", "?account"},
        {"/v1/transactions?reference=", "?reference"},
        {"/v1/transactions?reference=a%00b", "?reference"},
        {"/v1/transactions?reference=%c0%80", "?reference"},
        {"/v1/transactions?reference=%0d%0aSet-Cookie:%20a", "?reference"},
        {"/v1/transactions?metadata=1", "?metadata"},
        {"/v1/transactions?metadata.=1", "?metadata."},
        {"/v1/accounts?metadata.a=1&metadata.a=1", "?metadata.a"},
        {"/v1/entries?metadata.a=1", "?metadata.a"},
        {"/v1/entries?direction=up", "?direction"},
        {"/v1/entries?transaction=1", "?transaction"},
        {"/v1/accounts/@alice?limit=1", "?limit"},
        {"/v1/accounts/@alice/balance?at=now", "?at"},
        {"/v1/accounts/@alice/balance?at=2026-01-01T00:00:00", "?at"},
        {"/v1/accounts/@alice/statement?from=0", "?from"},
        {"/v1/accounts/@alice/statement?to=2026-02-30T00:00:00Z", "?to"},
        {"/v1/currencies?limit=1", "?limit"},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        print_message("  %s\n", rows[i].path);
        char path[512];
        cast_text(rows[i].path, path, sizeof path);
        (void)api_send(&api, &(struct api_request){.path = path});
        api_expect_problem(&api, 400, "invalid_parameter", rows[i].pointer);
    }
}

static void bad_cursors(void **state)
{
    (void)state;
    char cursor[128];
    assert_int_equal(api_get(&api, "/v1/transactions?account=@alice&limit=2"), 200);
    (void)snprintf(cursor, sizeof cursor, "%s", api_string(&api, "next_cursor"));
    static const char *const others[] = {
        "/v1/transactions?cursor=",
        "/v1/transactions?account=@bob&cursor=",
        "/v1/transactions?account=@alice&kind=transfer&cursor=",
        "/v1/entries?account=@alice&cursor=",
        "/v1/accounts?cursor=",
        "/v1/accounts/@alice/statement?cursor=",
    };
    for (size_t i = 0; i < ROWS(others); i++) {
        (void)api_get(&api, "%s%s", others[i], cursor);
        api_expect_problem(&api, 400, "invalid_cursor", NULL);
    }
    static const char *const texts[] = {"",  "x",  "AAAA",  "%27",  "null",        "%00",
                                        "0", "-1", "../..", "AQ==", "eyJpZCI6MX0", "1;select%20pg_sleep(5)"};
    for (size_t i = 0; i < ROWS(texts); i++) {
        char path[512];
        (void)snprintf(path, sizeof path, "/v1/transactions?cursor=%s", texts[i]);
        (void)api_send(&api, &(struct api_request){.path = path});
        api_expect_problem(&api, 400, "invalid_cursor", NULL);
    }
    for (size_t at = 0; cursor[at] != '\0'; at++) { /* every character matters */
        char altered[128];
        memcpy(altered, cursor, sizeof altered);
        altered[at] = altered[at] == 'A' ? 'B' : 'A';
        (void)api_get(&api, "/v1/transactions?account=@alice&limit=2&cursor=%s", altered);
        assert_true(api.status == 400 || api.status == 200); /* 200: another place of the same list */
    }
    assert_int_equal(api_get(&api, "/v1/transactions?account=@alice&limit=99&cursor=%s", cursor), 200);
}

static void by_time(void **state)
{
    (void)state;
    static struct listing l;
    char path[512], text[512];
    (void)snprintf(text, sizeof text, "/v1/transactions?account=@alice&created_from=%s&created_to=%s&",
                   moments[10], moments[20]);
    cast_text(text, path, sizeof path);
    walk(path, 100, &l);
    assert_int_equal(l.count, 10); /* from is in, to is not */
    assert_string_equal(l.ids[9], transfers[10]);
    assert_string_equal(l.ids[0], transfers[19]);
    (void)snprintf(path, sizeof path, "/v1/transactions?kind=transfer&created_from=%s&created_to=%s&",
                   moments[10], moments[20]);
    walk(path, 100, &l);
    assert_int_equal(l.count, 10);
    (void)api_get(&api, "/v1/transactions?created_from=%s&created_to=%s", moments[20], moments[10]);
    assert_int_equal(json_array_size(api_at(&api, "data")), 0);
    (void)api_get(&api, "/v1/accounts?created_to=1990-01-01T00:00:00%%2B02:00");
    assert_int_equal(api.status, 200);
    assert_int_equal(json_array_size(api_at(&api, "data")), 0);
}

static void by_reference(void **state)
{
    (void)state;
    assert_int_equal(api_get(&api, "/v1/transactions?reference=order%%2042%%2F7%%268"), 200);
    assert_int_equal(json_array_size(api_at(&api, "data")), 1);
    assert_string_equal(api_string(&api, "data.0.reference"), REFERENCE);
    assert_int_equal(api_get(&api, "/v1/transactions?reference=order%%25"), 200); /* no pattern */
    assert_int_equal(json_array_size(api_at(&api, "data")), 0);
}

/* accounts_in_detail and transactions_in_detail have made what is looked for. */
static void by_metadata(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        size_t rows;
    } rows[] = {
        {"/v1/transactions?metadata.k=v", 1},
        {"/v1/transactions?metadata.k=w", 0},
        {"/v1/transactions?metadata.K=v", 0},
        {"/v1/transactions?metadata.k=v&kind=transfer&account=@bob&reference=order%2042%2F7%268", 1},
        {"/v1/transactions?metadata.k=v&kind=deposit", 0},
        {"/v1/transactions?metadata.k=v&account=@alice", 0},
        {"/v1/transactions?metadata.k=v&reference=x", 0},
        {"/v1/transactions?metadata.k=v&created_to=2001-01-01T00:00:00Z", 0},
        {"/v1/accounts?metadata.a=1", 1},
        {"/v1/accounts?metadata.a=1&metadata.b=2", 1},
        {"/v1/accounts?metadata.b=2&metadata.a=2", 0},
        {"/v1/accounts?metadata.a=1&owner=e2e&currency=KWD&type=merchant&status=open", 1},
        {"/v1/accounts?metadata.a=1&owner=nobody", 0},
        {"/v1/accounts?metadata.a=1&status=closed", 0},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        char path[512];
        cast_text(rows[i].path, path, sizeof path);
        assert_int_equal(api_send(&api, &(struct api_request){.path = path}), 200);
        if (json_array_size(api_at(&api, "data")) != rows[i].rows)
            fail_msg("%s has %zu rows", rows[i].path, json_array_size(api_at(&api, "data")));
    }
    struct api_key stranger; /* others' objects are not found by what they say of themselves */
    api_key_make(&h, "stranger", "accounts:read,transactions:read", &stranger);
    static const char *const paths[] = {"/v1/transactions?metadata.k=v", "/v1/accounts?metadata.a=1"};
    for (size_t i = 0; i < ROWS(paths); i++) {
        assert_int_equal(api_send(&api, &(struct api_request){.path = paths[i], .api_key = stranger.secret}),
                         200);
        assert_int_equal(json_array_size(api_at(&api, "data")), 0);
    }
}

static void balances(void **state)
{
    (void)state;
    int64_t now = harness_available(&h, cast_id("alice"));
    assert_int_equal(api_get(&api, "/v1/accounts/@alice/balance"), 200);
    assert_int_equal(api_int(&api, "posted"), now);
    assert_int_equal(api_int(&api, "held"), 0);
    assert_int_equal(api_int(&api, "available"), now);
    assert_string_equal(api_string(&api, "currency"), "EUR");
    for (int i = 0; i < TRANSFERS; i += 9) {
        assert_int_equal(api_get(&api, "/v1/accounts/@alice/balance?at=%s", moments[i]), 200);
        assert_int_equal(api_int(&api, "posted"), left_after[i]);
        assert_int_equal(api_int(&api, "version"), i + 2); /* the deposit was the first */
    }
    assert_int_equal(api_get(&api, "/v1/accounts/@alice/balance?at=2001-01-01T00:00:00Z"), 200);
    assert_int_equal(api_int(&api, "posted"), 0);
    assert_int_equal(api_get(&api, "/v1/accounts/@alice/balance?at=2999-01-01T00:00:00%%2B05:30"), 200);
    assert_int_equal(api_int(&api, "posted"), now);
}

/* From the closing balance back through the entries to the opening one. */
static void expect_footed(int64_t opening, int64_t closing, size_t entries)
{
    assert_int_equal(api_int(&api, "opening_balance"), opening);
    assert_int_equal(api_int(&api, "closing_balance"), closing);
    assert_int_equal(api_int(&api, "entry_count"), entries);
    assert_int_equal(json_array_size(api_at(&api, "data")), entries);
    size_t i;
    json_t *row;
    int64_t balance = closing;
    json_array_foreach(api_at(&api, "data"), i, row)
    {
        int64_t amount = json_integer_value(json_object_get(row, "amount"));
        bool is_credit = strcmp(json_string_value(json_object_get(row, "direction")), "credit") == 0;
        assert_int_equal(json_integer_value(json_object_get(row, "balance_after")), balance);
        balance += is_credit ? -amount : amount;
    }
    assert_int_equal(balance, opening);
}

static void statements(void **state)
{
    (void)state;
    int64_t now = harness_available(&h, cast_id("alice"));
    assert_int_equal(api_get(&api, "/v1/accounts/@alice/statement?limit=100"), 200);
    expect_footed(0, now, TRANSFERS + 1);
    assert_string_equal(api_string(&api, "data.0.counterparties.0"), cast_id("bob"));
    assert_int_equal(
        api_get(&api, "/v1/accounts/@alice/statement?limit=100&from=%s&to=%s", moments[5], moments[50]), 200);
    expect_footed(left_after[4], left_after[49], 45);
    assert_string_equal(api_string(&api, "data.44.transaction"), transfers[5]);
    assert_int_equal(api_get(&api, "/v1/accounts/@alice/statement?to=2001-01-01T00:00:00Z"), 200);
    expect_footed(0, 0, 0);
    assert_int_equal(api_get(&api, "/v1/accounts/@alice/statement?from=2999-01-01T00:00:00Z"), 200);
    expect_footed(now, now, 0);
}

static size_t count_lines(const char *text)
{
    size_t lines = 0;
    for (; *text != '\0'; text++)
        lines += *text == '\n';
    return lines;
}

static void statement_as_csv(void **state)
{
    (void)state;
    char path[256];
    cast_text("/v1/accounts/@alice/statement", path, sizeof path);
    (void)api_send(&api, &(struct api_request){.path = path, .headers = {"Accept: text/csv"}});
    assert_int_equal(api.status, 200);
    assert_non_null(strstr(api_header(&api, "Content-Type"), "text/csv"));
    assert_non_null(strstr(api_header(&api, "Content-Disposition"), "attachment"));
    assert_int_equal(count_lines(api.body.data), 1 + TRANSFERS + 1);
    assert_true(strncmp(api.body.data, "transaction,created_at,", strlen("transaction,created_at,")) == 0);
    cast_text("/v1/accounts/@carol/statement", path, sizeof path);
    (void)api_send(&api, &(struct api_request){.path = path, .headers = {"Accept: text/csv"}});
    assert_non_null(strstr(api.body.data, QUOTED_FORMULA)); /* a spreadsheet shows it and does not run it */
    assert_null(strstr(api.body.data, "," FORMULA));
    assert_non_null(strstr(api.body.data, "\"says \"\"hi\"\", twice\""));
    (void)api_send(&api,
                   &(struct api_request){.path = path, .headers = {"Accept: application/json, text/html"}});
    assert_string_equal(api_header(&api, "Content-Type"), "application/json");
}

static void accounts_in_detail(void **state)
{
    (void)state;
    static const char *const members[] = {"id",        "owner",         "type",           "currency",
                                          "name",      "status",        "posted",         "held",
                                          "available", "debits_posted", "credits_posted", "debits_pending",
                                          "version",   "created_at",    "metadata",       "credits_pending"};
    assert_int_equal(
        api_post(&api, "/v1/accounts", "detail",
                 "{'type':'merchant','currency':'KWD','name':'Shop','metadata':{'b':'2','a':'1'}}"),
        201);
    json_t *created = json_incref(api.json);
    cast_add("shop", api_string(&api, "id"));
    assert_int_equal(api_get(&api, "/v1/accounts/@shop"), 200);
    assert_true(json_equal(created, api.json));
    assert_int_equal(json_object_size(api.json), ROWS(members));
    for (size_t i = 0; i < ROWS(members); i++)
        assert_non_null(json_object_get(api.json, members[i]));
    assert_string_equal(api_string(&api, "metadata.a"), "1");
    assert_int_equal(api_get(&api, "/v1/accounts?currency=KWD&type=merchant&status=open"), 200);
    assert_int_equal(json_array_size(api_at(&api, "data")), 1);
    assert_true(json_equal(created, api_at(&api, "data.0")));
    json_decref(created);
}

static void transactions_in_detail(void **state)
{
    (void)state;
    assert_int_equal(api_post(&api, "/v1/transfers", REFERENCE,
                              "{'from_account':'@carol','to_account':'@bob','amount':3,'currency':'EUR',"
                              "'description':'three','reference':'" REFERENCE "','metadata':{'k':'v'}}"),
                     201);
    cast_add("detailed", api_string(&api, "id"));
    assert_int_equal(api_get(&api, "/v1/transactions/@detailed"), 200);
    assert_true(json_is_true(api_at(&api, "balanced")));
    assert_string_equal(api_string(&api, "kind"), "transfer");
    assert_int_equal(api_int(&api, "amount"), 3);
    assert_string_equal(api_string(&api, "currency"), "EUR");
    assert_string_equal(api_string(&api, "description"), "three");
    assert_string_equal(api_string(&api, "metadata.k"), "v");
    assert_int_equal(json_array_size(api_at(&api, "entries")), 2);
    assert_string_equal(api_string(&api, "entries.0.account"), cast_id("carol"));
    assert_string_equal(api_string(&api, "entries.0.direction"), "debit");
    assert_int_equal(api_int(&api, "entries.0.balance_after"), harness_available(&h, cast_id("carol")));
    assert_string_equal(api_string(&api, "entries.1.account"), cast_id("bob"));
    assert_string_equal(api_string(&api, "entries.1.direction"), "credit");
    assert_int_equal(api_get(&api, "/v1/entries?transaction=@detailed&direction=debit"), 200);
    assert_int_equal(json_array_size(api_at(&api, "data")), 1);
    assert_string_equal(api_string(&api, "data.0.transaction"), cast_id("detailed"));
}

static void currencies(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        int exponent;
    } rows[] = {{"EUR", 2}, {"USD", 2}, {"INR", 2}, {"JPY", 0}, {"KWD", 3}, {"HUF", 2}, {"CLF", 4}};
    assert_int_equal(api_get(&api, "/v1/currencies"), 200);
    assert_true(json_array_size(api_at(&api, "data")) > 150);
    for (size_t i = 0; i < ROWS(rows); i++) {
        size_t k, found = 0;
        const json_t *row;
        json_array_foreach(api_at(&api, "data"), k, row)
        {
            if (strcmp(json_string_value(json_object_get(row, "code")), rows[i].code) != 0)
                continue;
            found++;
            assert_int_equal(json_integer_value(json_object_get(row, "exponent")), rows[i].exponent);
        }
        assert_int_equal(found, 1);
    }
}

static void books_are_right(void **state)
{
    (void)state;
    assert_int_equal(money_check(&h, NULL), 0);
}

/* The statements of everybody, as JSON and as CSV. */
static void read_statements(struct buf *ret_text)
{
    static const char *const names[] = {"alice", "bob", "carol"};
    for (size_t i = 0; i < ROWS(names); i++) {
        char path[256];
        assert_int_equal(api_get(&api, "/v1/accounts/@%s/statement?limit=100", names[i]), 200);
        buf_add(ret_text, api.body.data, api.body.len);
        (void)snprintf(path, sizeof path, "/v1/accounts/%s/statement", cast_id(names[i]));
        (void)api_send(&api, &(struct api_request){.path = path, .headers = {"Accept: text/csv"}});
        assert_int_equal(api.status, 200);
        buf_add(ret_text, api.body.data, api.body.len);
    }
    assert_int_equal(buf_status(ret_text), STATUS_OK);
}

/* Entries that were stored before they noted counterparty and kind. Changes the books: it comes last. */
static void entries_of_before_read_the_same(void **state)
{
    (void)state;
    CLEANUP(buf_free) struct buf noted, looked_up;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    buf_init(&noted, STATEMENTS_MAX);
    buf_init(&looked_up, STATEMENTS_MAX);
    assert_int_equal(
        api_post(&api, "/v1/transactions", "three legs",
                 "{'entries':[{'account':'@alice','direction':'debit','amount':3,'currency':'EUR'},"
                 "{'account':'@bob','direction':'credit','amount':1,'currency':'EUR'},"
                 "{'account':'@carol','direction':'credit','amount':2,'currency':'EUR'}]}"),
        201);
    read_statements(&noted);
    struct db *db = harness_database(&h);
    assert_int_equal(db_exec(db, "set session_replication_role = replica"), STATUS_OK);
    assert_int_equal(db_query(db, E2E_SQL_FORGET_COUNTERPARTIES, NULL, &r), STATUS_OK);
    db_close(db);
    read_statements(&looked_up);
    assert_int_equal(noted.len, looked_up.len);
    assert_memory_equal(noted.data, looked_up.data, noted.len);
}

static void must(int status)
{
    if (status != 201)
        servers_fail("the set-up was answered %d: %s", status, api.body.data);
}

static void make_history(void)
{
    int64_t left = OPENING;
    for (int i = 0; i < TRANSFERS; i++) {
        char key[HARNESS_KEY_SIZE];
        harness_new_key(key);
        must(api_post(&api, "/v1/transfers", key, "{'from_account':'@alice','to_account':'@bob','amount':%d}",
                      1 + i % 7));
        left -= 1 + i % 7;
        left_after[i] = left;
        (void)snprintf(transfers[i], sizeof transfers[0], "%s", api_string(&api, "id"));
        (void)snprintf(moments[i], sizeof moments[0], "%s", api_string(&api, "created_at"));
    }
    static const char *const texts[] = {FORMULA, "says \\u0022hi\\u0022, twice", "+1", "@SUM(1)", "plain"};
    for (size_t i = 0; i < ROWS(texts); i++) {
        char key[HARNESS_KEY_SIZE], body[512];
        harness_new_key(key);
        cast_text("{'account':'@carol','currency':'EUR','amount':100,'description':'", body, sizeof body);
        (void)snprintf(body + strlen(body), sizeof body - strlen(body), "%s\"}", texts[i]);
        must(api_send(&api, &(struct api_request){.path = "/v1/deposits", .key = key, .body = body}));
    }
}

static void open_account(const char *name, int64_t funds)
{
    char id[TYPEID_TEXT_SIZE];
    harness_open_account(&h, "EUR", id);
    if (funds > 0)
        harness_deposit(&h, id, "EUR", funds);
    cast_add(name, id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_once),
        cmocka_unit_test(rows_that_come_meanwhile),
        cmocka_unit_test(default_page),
        cmocka_unit_test(bad_parameters),
        cmocka_unit_test(bad_cursors),
        cmocka_unit_test(by_time),
        cmocka_unit_test(balances),
        cmocka_unit_test(statements),
        cmocka_unit_test(statement_as_csv),
        cmocka_unit_test(accounts_in_detail),
        cmocka_unit_test(transactions_in_detail),
        cmocka_unit_test(by_reference),
        cmocka_unit_test(by_metadata),
        cmocka_unit_test(currencies),
        cmocka_unit_test(books_are_right),
        cmocka_unit_test(entries_of_before_read_the_same),
    };
    harness_start(&h, &(struct harness_options){0});
    api_open(&api, &h, 0);
    open_account("alice", OPENING);
    open_account("bob", 0);
    open_account("carol", 0);
    make_history();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&api);
    harness_stop(&h, failed != 0);
    return failed;
}
