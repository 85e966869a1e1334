/* db_pipeline.c - many statements in one round trip; the server skips what follows a failed one. */
#include <assert.h>
#include <string.h>

#include "shared/io/db_internal.h"

enum status db_pipeline_begin(struct db *db)
{
    assert(!db->in_pipeline);
    db_clear_error(db);
    db->sent = 0;
    db->class = DB_CONTROL;
    db->send_status = STATUS_OK;
    if (!PQenterPipelineMode(db->conn))
        return db_fail_lost(db);
    db->in_pipeline = true;
    return STATUS_OK;
}

/* Without a Sync the half that was sent can only be dropped together with the connection, and a COMMIT must
   never follow a statement that is missing: a failed send is final. */
static enum status note_send(struct db *db, enum status s)
{
    if (s == STATUS_OK) {
        db->sent++;
        return s;
    }
    db->broken = true;
    db->send_status = s;
    db->failed_index = db->sent;
    return s;
}

enum status db_pipeline_send(struct db *db, int statement, const struct db_params *params)
{
    assert(db->in_pipeline);
    if (db->send_status != STATUS_OK)
        return db->send_status;
    return note_send(db, db_send(db, statement, params));
}

enum status db_pipeline_send_sql(struct db *db, const char *sql)
{
    assert(db->in_pipeline);
    if (db->send_status != STATUS_OK)
        return db->send_status;
    db_note_class(db, db_class_of_plain(sql));
    bool sent = PQsendQueryParams(db->conn, sql, 0, NULL, NULL, NULL, NULL, 1);
    return note_send(db, sent ? STATUS_OK : db_fail_lost(db));
}

enum status db_send_prepare(struct db *db, const struct db_statement *statement)
{
    bool sent = PQsendPrepare(db->conn, statement->name, statement->sql, 0, NULL);
    return note_send(db, sent ? STATUS_OK : db_fail_lost(db));
}

/* One statement's result and the NULL that ends it. */
static enum status read_statement(struct db *db, int64_t deadline_us, PGresult **ret_result)
{
    PGresult *r = NULL, *end = NULL;
    enum status s = db_next_result(db, deadline_us, &r);
    if (s != STATUS_OK)
        return s;
    if (!r)
        return db_fail_lost(db);
    if (PQstatus(db->conn) == CONNECTION_OK)
        s = db_next_result(db, deadline_us, &end);
    if (s != STATUS_OK || end) {
        PQclear(r);
        PQclear(end);
        return s != STATUS_OK ? s : db_fail_lost(db);
    }
    *ret_result = r;
    return STATUS_OK;
}

static enum status read_sync(struct db *db, int64_t deadline_us)
{
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    enum status s = db_next_result(db, deadline_us, &r);
    if (s != STATUS_OK)
        return s;
    return PQresultStatus(r) == PGRES_PIPELINE_SYNC ? STATUS_OK : db_fail_result(db, r);
}

/* The first failure of the pipeline; what the server skipped because of it says nothing new. */
static enum status check_statement(struct db *db, int index, const PGresult *r, enum status so_far)
{
    if (so_far != STATUS_OK || db_result_is_good(r))
        return so_far;
    enum status s = db_fail_result(db, r);
    db->failed_index = index;
    /* The session ended in the last statement, say COMMIT: it may have taken effect, so it must not look like
       an error that the server rolled back. */
    if (db->broken && index == db->sent - 1)
        db->sqlstate[0] = '\0';
    return s;
}

static enum status read_all(struct db *db, int64_t deadline_us, PGresult **results)
{
    enum status status = STATUS_OK;
    for (int i = 0; i < db->sent; i++) {
        PGresult *r CLEANUP(db_result_ptr) = NULL;
        enum status s = read_statement(db, deadline_us, &r);
        if (s != STATUS_OK)
            return s;
        status = check_statement(db, i, r, status);
        if (db->broken)
            return status;
        if (status == STATUS_OK && results) {
            results[i] = r;
            r = NULL;
        }
    }
    enum status s = read_sync(db, deadline_us);
    return status != STATUS_OK ? status : s;
}

enum status db_pipeline_finish(struct db *db, PGresult **ret_results, int count)
{
    assert(db->in_pipeline && (count == db->sent || db->send_status != STATUS_OK));
    if (ret_results)
        memset(ret_results, 0, sizeof(*ret_results) * (size_t)count);
    enum status s = db->send_status;
    if (s == STATUS_OK) {
        int64_t deadline_us = db_deadline(db);
        s = PQpipelineSync(db->conn) ? read_all(db, deadline_us, ret_results) : db_fail_lost(db);
        db_observe(db, deadline_us);
    }
    if (!db->broken && !PQexitPipelineMode(db->conn))
        s = db_fail_lost(db);
    db->in_pipeline = false;
    for (int i = 0; s != STATUS_OK && ret_results && i < count; i++)
        db_result_ptr(&ret_results[i]);
    return s;
}
