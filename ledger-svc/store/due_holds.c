/* due_holds.c - see due_holds.h. */
#include "ledger-svc/store/due_holds.h"

#include "ledger_statements.h"

#define PARAMS_MAX 256

enum status store_take_lead(struct db *db, enum store_job job, bool *ret_is_mine)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_param_int4(&p, (int32_t)job);
    enum status s = db_query(db, LEDGER_SQL_TAKE_LEAD, &p, &r);
    if (s == STATUS_OK)
        *ret_is_mine = db_get_bool(r, 0, 0);
    return s;
}

enum status store_list_due_holds(struct db *db, const struct due_hold *behind, size_t max,
                                 struct due_hold *ret_holds, size_t *ret_count)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_param_int8(&p, (int64_t)max);
    db_param_time(&p, behind->expires_us);
    db_param_uuid(&p, &behind->id);
    enum status s = db_query(db, LEDGER_SQL_LIST_DUE_HOLDS, &p, &r);
    if (s != STATUS_OK)
        return s;
    for (int i = 0; i < PQntuples(r); i++)
        ret_holds[i] = (struct due_hold){.id = db_get_uuid(r, i, 0), .expires_us = db_get_time(r, i, 1)};
    *ret_count = (size_t)PQntuples(r);
    return STATUS_OK;
}

enum status store_count_open_holds(struct db *db, int64_t *ret_open, int64_t *ret_overdue_s)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    enum status s = db_query(db, LEDGER_SQL_COUNT_OPEN_HOLDS, &p, &r);
    if (s != STATUS_OK)
        return s;
    int64_t overdue_s = db_is_null(r, 0, 1) ? 0 : db_get_int(r, 0, 1);
    *ret_open = db_get_int(r, 0, 0);
    *ret_overdue_s = overdue_s > 0 ? overdue_s : 0;
    return STATUS_OK;
}
