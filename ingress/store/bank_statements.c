/* bank_statements.c - see bank_statements.h. */
#include "ingress/store/bank_statements.h"

#include "ingress_statements.h"

#define PARAMS_MAX 1024

enum statement_column {
    ID,
    ACCOUNT,
    FORMAT,
    NUMBER,
    CURRENCY,
    FIRST_DAY,
    LAST_DAY,
    OPENING,
    CLOSING,
    COMPUTED,
    FOOTING,
    STATE,
    LINE_COUNT,
    RESULTS,
    ACTOR,
    CREATED,
    WITHDRAWN_BY,
    WITHDRAWAL_NOTE,
    WITHDRAWN
};
enum result_column {
    RESULT_NUMBER,
    RESULT,
    RESULT_GROUP,
    RESULT_LINE,
    RESULT_TRANSACTION,
    RESULT_DAY,
    RESULT_CURRENCY,
    RESULT_EXPECTED,
    RESULT_ACTUAL,
    RESULT_AMOUNT,
    RESULT_REFERENCE,
    RESULT_BANK_REFERENCE,
    RESULT_TEXT,
    RESULT_REFUSED
};

enum status bank_statements_find(struct db *db, const void *args, PGresult **ret_result)
{
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, args);
    return db_query(db, INGRESS_SQL_FIND_BANK_STATEMENT, &p, ret_result);
}

enum status bank_statements_list(struct db *db, const void *args, PGresult **ret_result)
{
    const struct bank_statement_list *l = args;
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, &l->before);
    db_param_int8(&p, l->limit);
    if (l->account == NULL) {
        return db_query(db, INGRESS_SQL_LIST_BANK_STATEMENTS, &p, ret_result);
    }
    db_param_uuid(&p, l->account);
    return db_query(db, INGRESS_SQL_LIST_BANK_STATEMENTS_OF_ACCOUNT, &p, ret_result);
}

enum status bank_statements_results(struct db *db, const void *args, PGresult **ret_result)
{
    const struct bank_result_list *l = args;
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, &l->statement);
    db_param_int8(&p, l->after);
    db_param_int8(&p, l->limit);
    if (l->result.data == NULL) {
        return db_query(db, INGRESS_SQL_LIST_BANK_RESULTS, &p, ret_result);
    }
    db_param_text(&p, l->result);
    return db_query(db, INGRESS_SQL_LIST_BANK_RESULTS_OF_KIND, &p, ret_result);
}

void bank_statement_row(const PGresult *r, int row, struct bank_statement_resource *ret)
{
    *ret = (struct bank_statement_resource){
        .id = db_get_uuid(r, row, ID),
        .account = db_get_uuid(r, row, ACCOUNT),
        .format = db_get_str(r, row, FORMAT),
        .number = db_get_str(r, row, NUMBER),
        .currency = db_get_str(r, row, CURRENCY),
        .first_day = db_get_date(r, row, FIRST_DAY),
        .last_day = db_get_date(r, row, LAST_DAY),
        .opening = db_get_int(r, row, OPENING),
        .closing = db_get_int(r, row, CLOSING),
        .computed = db_get_int(r, row, COMPUTED),
        .footing = db_get_str(r, row, FOOTING),
        .status = db_get_str(r, row, STATE),
        .line_count = db_get_int(r, row, LINE_COUNT),
        .results = db_get_str(r, row, RESULTS),
        .actor = db_get_str(r, row, ACTOR),
        .created_us = db_get_time(r, row, CREATED),
        .withdrawn_by = db_get_str(r, row, WITHDRAWN_BY),
        .withdrawal_note = db_get_str(r, row, WITHDRAWAL_NOTE),
        .withdrawn_us = db_is_null(r, row, WITHDRAWN) ? 0 : db_get_time(r, row, WITHDRAWN)};
}

/* 0 where there is none, and false. */
static bool get_int(const PGresult *r, int row, int column, int64_t *ret_value)
{
    bool has = !db_is_null(r, row, column);
    *ret_value = has ? db_get_int(r, row, column) : 0;
    return has;
}

void bank_result_row(const PGresult *r, int row, struct bank_result_row *ret)
{
    struct bank_result_row b = {.number = db_get_int(r, row, RESULT_NUMBER),
                                .result = db_get_str(r, row, RESULT),
                                .group = db_get_int(r, row, RESULT_GROUP),
                                .has_transaction = !db_is_null(r, row, RESULT_TRANSACTION),
                                .has_day = !db_is_null(r, row, RESULT_DAY),
                                .currency = db_get_str(r, row, RESULT_CURRENCY),
                                .expected = db_get_int(r, row, RESULT_EXPECTED),
                                .actual = db_get_int(r, row, RESULT_ACTUAL),
                                .reference = db_get_str(r, row, RESULT_REFERENCE),
                                .bank_reference = db_get_str(r, row, RESULT_BANK_REFERENCE),
                                .text = db_get_str(r, row, RESULT_TEXT),
                                .refused = db_get_str(r, row, RESULT_REFUSED)};
    b.has_line = get_int(r, row, RESULT_LINE, &b.line);
    b.has_amount = get_int(r, row, RESULT_AMOUNT, &b.amount);
    if (b.has_transaction) {
        b.transaction = db_get_uuid(r, row, RESULT_TRANSACTION);
    }
    if (b.has_day) {
        b.day = db_get_date(r, row, RESULT_DAY);
    }
    *ret = b;
}
