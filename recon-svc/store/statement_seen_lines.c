/* statement_seen_lines.c - what a new statement is held against: lines of earlier ones of the same days. */
#include <string.h>

#include "recon-svc/domain/statement_seen.h"
#include "recon-svc/store/statements.h"
#include "recon_statements.h"

#define PART           5000
#define STATEMENTS_MAX 1000 /* of the same days, the latest ones */

enum { NUMBER, BANK_REFERENCE, REFERENCE, AMOUNT, CURRENCY, BOOKED };

static struct db_params *fresh(struct store *s)
{
    db_params_reset(&s->params);
    return &s->params;
}

static enum status list_statements(struct store *s, const struct uuid *account, const struct statement *st,
                                   PGresult **ret_result)
{
    db_param_uuid(fresh(s), account);
    db_param_date(&s->params, st->first_day);
    db_param_date(&s->params, st->last_day);
    db_param_int8(&s->params, st->opening);
    db_param_int8(&s->params, st->closing);
    db_param_int8(&s->params, STATEMENTS_MAX);
    return store_query(s, RECON_SQL_LIST_STATEMENTS_OF_DAYS, ret_result);
}

static struct statement_line line_of(const PGresult *r, int row)
{
    struct statement_line l = {.amount = db_get_int(r, row, AMOUNT),
                               .booking_day = db_get_date(r, row, BOOKED),
                               .reference = db_get_str(r, row, REFERENCE),
                               .bank_reference = db_get_str(r, row, BANK_REFERENCE)};
    struct str currency = db_get_str(r, row, CURRENCY);
    memcpy(l.currency, currency.data,
           currency.len < sizeof l.currency ? currency.len : sizeof l.currency - 1);
    return l;
}

/* is_apart: only what the bank numbers can be told from another one that is equal. */
static enum status add_lines(struct store *s, const struct uuid *statement, bool is_apart,
                             struct statement_seen *seen)
{
    int rows = PART;
    statement_seen_open(seen);
    for (int64_t number = 0; rows == PART;) {
        CLEANUP(db_result_ptr) PGresult *r = NULL;
        db_param_uuid(fresh(s), statement);
        db_param_int8(&s->params, number);
        db_param_int8(&s->params, PART);
        enum status status = store_query(s, RECON_SQL_LIST_LINES_OF_STATEMENT, &r);
        if (status != STATUS_OK)
            return status;
        rows = PQntuples(r);
        for (int i = 0; i < rows; i++) {
            struct statement_line l = line_of(r, i);
            number = db_get_int(r, i, NUMBER);
            if (!is_apart || l.bank_reference.len > 0)
                statement_seen_add(seen, &l);
        }
    }
    return STATUS_OK;
}

enum status statements_mark_seen(struct store *s, const struct uuid *account, struct statement *st,
                                 struct arena *arena)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    struct statement_seen seen;
    enum status status = statement_seen_begin(st, arena, &seen);
    if (status == STATUS_OK)
        status = list_statements(s, account, st, &r);
    for (int i = 0; status == STATUS_OK && i < PQntuples(r); i++) {
        struct uuid id = db_get_uuid(r, i, 0);
        status = add_lines(s, &id, db_get_bool(r, i, 1), &seen);
    }
    return status;
}
