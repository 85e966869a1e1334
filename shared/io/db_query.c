/* db_query.c - one statement and its answer, outside of pipelines. */
#include <assert.h>

#include "shared/io/db_internal.h"

static const int all_binary[DB_PARAMS_MAX] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                              1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

enum status db_send(struct db *db, int statement, const struct db_params *params)
{
    assert(statement >= 0 && (size_t)statement < db->options->statement_count);
    const char *values[DB_PARAMS_MAX];
    int count = params ? params->count : 0;
    if (params && params->failed)
        return db_fail_params(db);
    for (int i = 0; i < count; i++) {
        if (params->offsets[i] < 0)
            values[i] = NULL;
        else /* an empty value must not look like a NULL */
            values[i] = params->bytes.data ? params->bytes.data + params->offsets[i] : "";
    }
    const char *name = db->options->statements[statement].name;
    db_note_class(db, db->options->statements[statement].class);
    const int *lengths = params ? params->lengths : NULL;
    if (!PQsendQueryPrepared(db->conn, name, count, values, lengths, all_binary, 1))
        return db_fail_lost(db);
    return STATUS_OK;
}

bool db_result_is_good(const PGresult *r)
{
    ExecStatusType status = PQresultStatus(r);
    return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY;
}

/* Reads until the server is ready again; keeps the last good result, or the first failure. */
static enum status collect(struct db *db, PGresult **ret_result)
{
    int64_t deadline_us = db_deadline(db);
    enum status status = STATUS_OK;
    PGresult *kept = NULL, *r;
    for (;;) {
        enum status s = db_next_result(db, deadline_us, &r);
        if (s != STATUS_OK)
            status = s;
        if (s != STATUS_OK || !r)
            break;
        if (status == STATUS_OK && !db_result_is_good(r))
            status = db_fail_result(db, r);
        PQclear(kept);
        kept = r;
    }
    db_observe(db, deadline_us);
    if (status != STATUS_OK) {
        PQclear(kept);
        return status;
    }
    *ret_result = kept;
    return STATUS_OK;
}

enum status db_query(struct db *db, int statement, const struct db_params *params, PGresult **ret_result)
{
    assert(!db->in_pipeline);
    db_clear_error(db);
    db->class = DB_CONTROL;
    enum status s = db_send(db, statement, params);
    return s == STATUS_OK ? collect(db, ret_result) : s;
}

enum status db_exec_result(struct db *db, const char *sql, PGresult **ret_result)
{
    assert(!db->in_pipeline);
    db_clear_error(db);
    db->class = db_class_of_plain(sql);
    if (!PQsendQuery(db->conn, sql))
        return db_fail_lost(db);
    return collect(db, ret_result);
}

enum status db_exec(struct db *db, const char *sql)
{
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    return db_exec_result(db, sql, &r);
}
