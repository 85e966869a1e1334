/* statements.c - see statements.h: statements and their lines. */
#include "recon-svc/store/statements.h"

#include <string.h>

#include "recon_statements.h"

#define PART        2000
#define RESULTS_MAX 1024
#define SETTLE_MAX  20000
#define NAMED_MAX   20 /* transactions of one reference */

static struct db_params *fresh(struct store *s)
{
    db_params_reset(&s->params);
    return &s->params;
}

static struct str or_null(struct str text)
{
    return text.len > 0 ? text : (struct str){0};
}

enum status statements_find_account(struct store *s, struct statement_file *f, char ret_currency[4])
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_param_uuid(fresh(s), &f->account);
    db_param_text(&s->params, or_null(f->owner));
    enum status status = store_query(s, RECON_SQL_FIND_ACCOUNT_OF_STATEMENT, &r);
    if (status != STATUS_OK)
        return status;
    if (PQntuples(r) == 0)
        return STATUS_NOT_FOUND;
    struct str currency = db_get_str(r, 0, 0);
    if (currency.len != 3)
        return STATUS_FAILED;
    memcpy(ret_currency, currency.data, currency.len);
    ret_currency[3] = '\0';
    f->is_mirrored = str_eq_c(db_get_str(r, 0, 1), "system");
    return STATUS_OK;
}

enum status statements_lock(struct store *s, const struct uuid *account)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_param_uuid(fresh(s), account);
    return store_query(s, RECON_SQL_LOCK_STATEMENTS, &r);
}

enum status statements_find_same(struct store *s, const struct statement_file *f, struct uuid *ret_id)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_param_uuid(fresh(s), &f->account);
    db_param_bytea(&s->params, f->hash.bytes, sizeof f->hash.bytes);
    enum status status = store_query(s, RECON_SQL_FIND_SAME_STATEMENT, &r);
    if (status != STATUS_OK)
        return status;
    if (PQntuples(r) == 0)
        return STATUS_NOT_FOUND;
    *ret_id = db_get_uuid(r, 0, 0);
    return STATUS_OK;
}

/* Each result's number, also of those that are not there. */
static void write_counts(const struct match_pairs *pairs, struct buf *out)
{
    int64_t counts[RESULT_COUNT] = {0};
    struct json_out json;
    for (size_t i = 0; i < pairs->count; i++)
        counts[pairs->all[i].result]++;
    json_out_init(&json, out);
    json_object_open(&json);
    for (int r = 0; r < RESULT_COUNT; r++) {
        json_key(&json, statement_result_word((enum statement_result)r));
        json_int(&json, counts[r]);
    }
    json_object_close(&json);
}

static enum status insert_statement(struct store *s, const struct statement_file *f,
                                    const struct statement *st, const struct match_pairs *pairs)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    CLEANUP(buf_free) struct buf results = {0};
    int64_t computed = 0;
    enum footing footing = statement_foot(st, &computed);
    buf_init(&results, RESULTS_MAX);
    write_counts(pairs, &results);
    struct db_params *p = fresh(s);
    db_param_uuid(p, &f->id);
    db_param_uuid(p, &f->account);
    db_param_bytea(p, f->hash.bytes, sizeof f->hash.bytes);
    db_param_text(p, str_of(f->format));
    db_param_text(p, or_null(st->number));
    db_param_text(p, str_of(st->currency));
    db_param_date(p, st->first_day);
    db_param_date(p, st->last_day);
    db_param_int8(p, st->opening);
    db_param_int8(p, st->closing);
    db_param_int8(p, computed);
    db_param_text(p, str_of(footing_word(footing)));
    db_param_text(p, str_of(footing == FOOTING_WRONG ? "disputed" : "reconciled"));
    db_param_int8(p, (int64_t)st->count);
    db_param_text(p, (struct str){results.data, results.len});
    db_param_text(p, f->actor);
    return store_query(s, RECON_SQL_INSERT_STATEMENT, &r);
}

static void add_text(struct db_params *p, struct str text)
{
    db_array_bytes(p, text.len > 0 ? text.data : NULL, text.len);
}

static void add_number(struct db_params *p, const struct statement_line *l)
{
    db_array_int(p, l->number);
}

static void add_amount(struct db_params *p, const struct statement_line *l)
{
    if (l->has_amount)
        db_array_int(p, l->amount);
    else
        db_array_null(p);
}

static void add_currency(struct db_params *p, const struct statement_line *l)
{
    add_text(p, str_of(l->currency));
}

static void add_booked(struct db_params *p, const struct statement_line *l)
{
    if (l->refused == NULL)
        db_array_int(p, l->booking_day);
    else
        db_array_null(p);
}

static void add_valued(struct db_params *p, const struct statement_line *l)
{
    if (l->refused == NULL)
        db_array_int(p, l->value_day);
    else
        db_array_null(p);
}

static void add_reference(struct db_params *p, const struct statement_line *l)
{
    add_text(p, l->reference);
}

static void add_bank_reference(struct db_params *p, const struct statement_line *l)
{
    add_text(p, l->bank_reference);
}

static void add_words(struct db_params *p, const struct statement_line *l)
{
    add_text(p, l->text);
}

static void add_refused(struct db_params *p, const struct statement_line *l)
{
    add_text(p, str_of(l->refused));
}

/* In the order of the statement's parameters. */
static const struct {
    enum db_type type;
    void (*add)(struct db_params *p, const struct statement_line *l);
} columns[] = {{DB_INT8, add_number},         {DB_INT8, add_amount}, {DB_TEXT, add_currency},
               {DB_DATE, add_booked},         {DB_DATE, add_valued}, {DB_TEXT, add_reference},
               {DB_TEXT, add_bank_reference}, {DB_TEXT, add_words},  {DB_TEXT, add_refused}};

static enum status insert_lines(struct store *s, const struct statement_file *f,
                                const struct statement_line *first, size_t count)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_param_uuid(fresh(s), &f->id);
    db_param_uuid(&s->params, &f->account);
    for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++) {
        db_array_open(&s->params, columns[c].type);
        for (size_t i = 0; i < count; i++)
            columns[c].add(&s->params, &first[i]);
        db_array_close(&s->params);
    }
    return store_query(s, RECON_SQL_INSERT_STATEMENT_LINES, &r);
}

enum status statements_insert(struct store *s, const struct statement_file *f, const struct statement *st,
                              const struct match_input *in, const struct match_pairs *pairs)
{
    enum status status = insert_statement(s, f, st, pairs);
    for (size_t i = 0; i < st->count && status == STATUS_OK; i += PART)
        status = insert_lines(s, f, &st->lines[i], st->count - i < PART ? st->count - i : PART);
    return status == STATUS_OK ? statements_insert_results(s, f, in, pairs) : status;
}

enum status statements_settle(struct store *s, int64_t *ret_settled)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_param_int8(fresh(s), SETTLE_MAX);
    db_param_int8(&s->params, NAMED_MAX);
    enum status status = store_write(s, RECON_SQL_SETTLE_MISSING_LINES, &r);
    if (status == STATUS_OK)
        *ret_settled = PQntuples(r);
    return status;
}

enum status statements_read(struct store *s, const struct uuid *id, PGresult **ret_result)
{
    db_param_uuid(fresh(s), id);
    return store_query(s, RECON_SQL_READ_STATEMENT, ret_result);
}

void statement_row(const PGresult *r, int row, struct bank_statement_resource *ret)
{
    *ret = (struct bank_statement_resource){.id = db_get_uuid(r, row, 0),
                                            .account = db_get_uuid(r, row, 1),
                                            .format = db_get_str(r, row, 2),
                                            .number = db_get_str(r, row, 3),
                                            .currency = db_get_str(r, row, 4),
                                            .first_day = db_get_date(r, row, 5),
                                            .last_day = db_get_date(r, row, 6),
                                            .opening = db_get_int(r, row, 7),
                                            .closing = db_get_int(r, row, 8),
                                            .computed = db_get_int(r, row, 9),
                                            .footing = db_get_str(r, row, 10),
                                            .status = db_get_str(r, row, 11),
                                            .line_count = db_get_int(r, row, 12),
                                            .results = db_get_str(r, row, 13),
                                            .actor = db_get_str(r, row, 14),
                                            .created_us = db_get_time(r, row, 15),
                                            .withdrawn_by = db_get_str(r, row, 16),
                                            .withdrawal_note = db_get_str(r, row, 17),
                                            .withdrawn_us =
                                                db_is_null(r, row, 18) ? 0 : db_get_time(r, row, 18)};
}

enum status statements_sum_unmatched(struct store *s, PGresult **ret_result)
{
    (void)fresh(s);
    return store_query(s, RECON_SQL_SUM_UNMATCHED, ret_result);
}
