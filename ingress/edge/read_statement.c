/* read_statement.c - an account's statement: both balances of a time, and the entries in between, as JSON or
 * CSV. */
#include <string.h>

#include "ingress/domain/csv.h"
#include "ingress/edge/reads.h"
#include "ingress/store/accounts.h"
#include "ingress/store/entries.h"
#include "shared/core/timefmt.h"
#include "shared/core/typeid.h"

#define CSV_ROWS 1000 /* of a page in CSV without a limit */
#define CSV_TYPE "text/csv; charset=utf-8"
#define CSV_COLUMNS                                                                                          \
    "transaction,created_at,kind,direction,amount,currency,balance_after,counterparties,reference,"          \
    "description\r\n"
#define UUID_SIZE sizeof(struct uuid)

struct statement {
    struct found_account found; /* of a statement without bounds */
    PGresult *bounds;           /* of one with them */
    struct statement_range range;
    int64_t from_us, until_us;
    const PGresult *entries;
    int shown;
    bool has_more;
    struct cursor last;
};

static void json_text_or_null(struct json_out *out, const char *key, struct str text)
{
    json_key(out, key);
    if (text.len == 0) {
        json_write_null(out);
    } else {
        json_str(out, text);
    }
}

static struct uuid counterparty(const struct statement_row *e, size_t i)
{
    struct uuid id;
    memcpy(id.bytes, e->counterparties.data + i * UUID_SIZE, UUID_SIZE);
    return id;
}

/* The statement's SQL repeats an account that has several entries: sorting that out there would cost every
 * row. */
static bool is_repeated(const struct statement_row *e, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (memcmp(e->counterparties.data + k * UUID_SIZE, e->counterparties.data + i * UUID_SIZE,
                   UUID_SIZE) == 0) {
            return true;
        }
    }
    return false;
}

static void write_json_entry(struct json_out *out, const struct statement_row *e)
{
    json_object_open(out);
    json_key(out, "transaction");
    json_typeid(out, "txn", &e->transaction);
    json_key(out, "kind");
    json_str(out, e->kind);
    json_key(out, "direction");
    json_str(out, e->direction);
    json_key(out, "amount");
    json_int(out, e->amount);
    json_key(out, "currency");
    json_str(out, e->currency);
    json_key(out, "balance_after");
    json_int(out, e->balance_after);
    json_key(out, "account_version");
    json_int(out, e->version);
    json_key(out, "counterparties");
    json_array_open(out);
    for (size_t i = 0; i < e->counterparties.len / UUID_SIZE; i++) {
        struct uuid id = counterparty(e, i);
        if (!is_repeated(e, i)) {
            json_typeid(out, "acct", &id);
        }
    }
    json_array_close(out);
    json_text_or_null(out, "description", e->description);
    json_text_or_null(out, "reference", e->reference);
    json_key(out, "created_at");
    json_time(out, e->created_us);
    json_object_close(out);
}

static void json_time_or_null(struct json_out *out, const char *key, int64_t us, int64_t unbounded)
{
    json_key(out, key);
    if (us == unbounded) {
        json_write_null(out);
    } else {
        json_time(out, us);
    }
}

static void write_json(struct exchange *ex, const struct statement *s, const struct page *page)
{
    int64_t entries = s->range.closing_version - s->range.opening_version;
    struct json_out out = exchange_json(ex);
    json_object_open(&out);
    json_key(&out, "account");
    json_typeid(&out, "acct", &ex->uuid);
    json_key(&out, "currency");
    json_str(&out, s->range.account.currency);
    json_time_or_null(&out, "from", s->from_us, TIME_FIRST_US);
    json_time_or_null(&out, "to", s->until_us, TIME_LAST_US);
    json_key(&out, "opening_balance");
    json_int(&out, s->range.opening_balance);
    json_key(&out, "closing_balance");
    json_int(&out, s->range.closing_balance);
    json_key(&out, "entry_count");
    json_int(&out, entries > 0 ? entries : 0);
    json_key(&out, "data");
    json_array_open(&out);
    for (int i = 0; i < s->shown; i++) {
        struct statement_row e;
        statement_row(s->entries, i, &e);
        write_json_entry(&out, &e);
    }
    reads_list_close(&out, page, s->has_more ? &s->last : NULL);
}

static void csv_typeid(struct csv *csv, const char *prefix, const struct uuid *id)
{
    char text[TYPEID_TEXT_SIZE];
    typeid_format(prefix, id, text);
    csv_text(csv, str_of(text));
}

static void csv_counterparties(struct csv *csv, const struct statement_row *e)
{
    struct buf ids CLEANUP(buf_free);
    buf_init(&ids, 8192);
    for (size_t i = 0; i < e->counterparties.len / UUID_SIZE; i++) {
        char text[TYPEID_TEXT_SIZE];
        struct uuid id = counterparty(e, i);
        if (is_repeated(e, i)) {
            continue;
        }
        typeid_format("acct", &id, text);
        buf_addf(&ids, "%s%s", i > 0 ? " " : "", text);
    }
    csv_text(csv, (struct str){ids.data, ids.len});
}

static void write_csv_entry(struct csv *csv, const struct statement_row *e)
{
    char time[TIME_TEXT_SIZE];
    time_format(e->created_us, time);
    csv_typeid(csv, "txn", &e->transaction);
    csv_text(csv, str_of(time));
    csv_text(csv, e->kind);
    csv_text(csv, e->direction);
    csv_int(csv, e->amount);
    csv_text(csv, e->currency);
    csv_int(csv, e->balance_after);
    csv_counterparties(csv, e);
    csv_text(csv, e->reference);
    csv_text(csv, e->description);
    csv_line_end(csv);
}

/* The next page of a CSV is named by a header. */
static void add_cursor_header(struct exchange *ex, const struct statement *s, const struct page *page)
{
    char text[CURSOR_TEXT_SIZE];
    cursor_write(&s->last, page->scope, text);
    buf_addf(&ex->headers, "Paybus-Next-Cursor: %s\r\n", text);
}

static void write_csv(struct exchange *ex, const struct statement *s, const struct page *page)
{
    struct csv csv;
    buf_reset(&ex->answer);
    buf_add_str(&ex->answer, CSV_COLUMNS);
    csv_init(&csv, &ex->answer);
    for (int i = 0; i < s->shown; i++) {
        struct statement_row e;
        statement_row(s->entries, i, &e);
        write_csv_entry(&csv, &e);
    }
    if (s->has_more) {
        add_cursor_header(ex, s, page);
    }
    buf_addf(&ex->headers, "Content-Disposition: attachment; filename=\"statement-%.*s.csv\"\r\n",
             (int)ex->id.len, ex->id.data);
    ex->status = 200;
    ex->content_type = CSV_TYPE;
}

/* From the first entry to the last: the account itself says where that is. */
static bool read_whole_range(struct exchange *ex, struct statement *s)
{
    struct statement_range *r = &s->range;
    if (!reads_account_row(ex, &s->found, &r->account)) {
        return false;
    }
    r->closing_version = r->account.version;
    r->closing_balance = r->account.credits_posted - r->account.debits_posted;
    return true;
}

static bool read_range(struct exchange *ex, struct statement *s)
{
    if (s->from_us == TIME_FIRST_US && s->until_us == TIME_LAST_US) {
        return read_whole_range(ex, s);
    }
    struct statement_key key = {.account = {.id = ex->uuid, .owner = exchange_owner(ex)},
                                .from_us = s->from_us,
                                .until_us = s->until_us};
    if (!reads_run(ex, accounts_statement_range, &key, &s->bounds)) {
        return false;
    }
    if (PQntuples(s->bounds) == 0) {
        exchange_refuse(ex, OUTCOME_not_found, NULL);
        return false;
    }
    statement_range_row(s->bounds, &s->range);
    return true;
}

static void statement_free(struct statement *s)
{
    found_account_free(&s->found);
    db_result_ptr(&s->bounds);
}

void reads_statement(struct exchange *ex)
{
    struct page page;
    if (exchange_param(ex, "format")->is_set) {
        reads_camt(ex);
        return;
    }
    if (exchange_param(ex, "date")->is_set) {
        exchange_refuse(ex, OUTCOME_invalid_parameter,
                        "A date is for format=camt.053; otherwise say from and to.");
        return;
    }
    if (!reads_page(ex, &page)) {
        return;
    }
    bool as_csv = http_head_wants_csv(&ex->head);
    if (as_csv && !exchange_param(ex, "limit")->is_set) {
        page.limit = CSV_ROWS;
    }
    struct statement s CLEANUP(statement_free) = {.from_us = reads_time(ex, "from", TIME_FIRST_US),
                                                  .until_us = reads_time(ex, "to", TIME_LAST_US)};
    PGresult *entries CLEANUP(db_result_ptr) = NULL;
    if (!read_range(ex, &s)) {
        return;
    }
    struct statement_list list = {.account = ex->uuid,
                                  .above_version = s.range.opening_version,
                                  .up_to_version = s.range.closing_version,
                                  .limit = page.limit + 1};
    if (page.has_cursor && page.cursor.number - 1 < list.up_to_version) {
        list.up_to_version = page.cursor.number - 1;
    }
    if (!reads_run(ex, entries_statement, &list, &entries)) {
        return;
    }
    int rows = PQntuples(entries);
    s.entries = entries;
    s.has_more = rows > page.limit;
    s.shown = s.has_more ? (int)page.limit : rows;
    if (s.shown > 0) {
        struct statement_row e;
        statement_row(entries, s.shown - 1, &e);
        s.last = (struct cursor){.id = e.transaction, .number = e.version};
    }
    if (as_csv) {
        write_csv(ex, &s, &page);
    } else {
        write_json(ex, &s, &page);
    }
}
