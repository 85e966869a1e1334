/* read_bank_statements.c - statements that came from banks, and what became of their lines. */
#include "ingress/edge/reads.h"
#include "ingress/store/bank_statements.h"
#include "ingress/store/bounds.h"

void reads_bank_statement(struct exchange *ex)
{
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    if (!reads_run(ex, bank_statements_find, &ex->uuid, &r)) {
        return;
    }
    if (PQntuples(r) == 0) {
        exchange_refuse(ex, OUTCOME_not_found, NULL);
        return;
    }
    struct bank_statement_resource s;
    bank_statement_row(r, 0, &s);
    struct json_out out = exchange_json(ex);
    bank_statement_write(&out, &s);
}

static struct list_place statement_in_list(const struct exchange *ex, struct json_out *out, const PGresult *r,
                                           int row)
{
    (void)ex;
    struct bank_statement_resource s;
    bank_statement_row(r, row, &s);
    bank_statement_write(out, &s);
    return (struct list_place){{.id = s.id}, false};
}

void reads_bank_statements(struct exchange *ex)
{
    struct page page;
    if (!reads_page(ex, &page)) {
        return;
    }
    const struct param_value *account = exchange_param(ex, "account");
    struct bank_statement_list list = {.account = account->is_set ? &account->id : NULL,
                                       .before = page.has_cursor ? page.cursor.id : UUID_LAST,
                                       .limit = page.limit + 1};
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    if (!reads_run(ex, bank_statements_list, &list, &r)) {
        return;
    }
    reads_list(ex, &page, r, statement_in_list);
}

static void write_int_or_null(struct json_out *out, const char *key, bool has, int64_t value)
{
    json_key(out, key);
    if (has) {
        json_int(out, value);
    } else {
        json_write_null(out);
    }
}

static void write_result(struct json_out *out, const struct bank_result_row *b)
{
    json_object_open(out);
    json_key(out, "result");
    json_str(out, b->result);
    json_key(out, "group");
    json_int(out, b->group);
    write_int_or_null(out, "line", b->has_line, b->line);
    json_key(out, "transaction");
    if (b->has_transaction) {
        json_typeid(out, "txn", &b->transaction);
    } else {
        json_write_null(out);
    }
    if (b->has_day) {
        bank_statement_write_day(out, "day", b->day);
    } else {
        json_key(out, "day");
        json_write_null(out);
    }
    write_int_or_null(out, "amount", b->has_amount, b->amount);
    reads_text_or_null(out, "currency", b->currency);
    json_key(out, "expected");
    json_int(out, b->expected);
    json_key(out, "actual");
    json_int(out, b->actual);
    reads_text_or_null(out, "reference", b->reference);
    reads_text_or_null(out, "bank_reference", b->bank_reference);
    reads_text_or_null(out, "text", b->text);
    reads_text_or_null(out, "reason", b->refused);
    json_object_close(out);
}

/* Of a statement that is not there, nothing is there. */
static bool statement_exists(struct exchange *ex)
{
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    if (!reads_run(ex, bank_statements_find, &ex->uuid, &r)) {
        return false;
    }
    if (PQntuples(r) == 0) {
        exchange_refuse(ex, OUTCOME_not_found, NULL);
    }
    return PQntuples(r) == 1;
}

static struct list_place result_in_list(const struct exchange *ex, struct json_out *out, const PGresult *r,
                                        int row)
{
    struct bank_result_row b;
    bank_result_row(r, row, &b);
    write_result(out, &b);
    return (struct list_place){{.id = ex->uuid, .number = b.number}, false};
}

void reads_bank_statement_lines(struct exchange *ex)
{
    struct page page;
    if (!reads_page(ex, &page) || !statement_exists(ex)) {
        return;
    }
    struct bank_result_list list = {.statement = ex->uuid,
                                    .result = exchange_param(ex, "result")->text,
                                    .after = page.has_cursor ? page.cursor.number : 0,
                                    .limit = page.limit + 1};
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    if (!reads_run(ex, bank_statements_results, &list, &r)) {
        return;
    }
    reads_list(ex, &page, r, result_in_list);
}
