/* db.h - one PostgreSQL connection of one thread: prepared statements from .sql files, binary parameters,
   pipelines. Every wait has a deadline (libpq alone would wait for ever). Not thread safe; a connection
   belongs to its thread. */
#ifndef SHARED_IO_DB_H
#define SHARED_IO_DB_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/core/buf.h"
#include "shared/core/uuid.h"
#include "shared/io/db_metrics.h"

struct db_statement {
    const char *name, *sql; /* name: the .sql file's stem, the prepared statement's name */
    enum db_class class;
};
struct db_options {
    const char *conninfo; /* URL or keywords; no password in it: passfile */
    const char *service;  /* application_name */
    const char *settings; /* run after connecting, e.g. "set jit = off; ..."; NULL for none */
    const struct db_statement *statements;
    size_t statement_count;
    int connect_timeout_ms; /* 0: 3000 */
    int query_timeout_ms;   /* for each wait below; 0: 5000 */
};
struct db;
/* Settings for the sessions of services that write: db_session.c says why each. */
extern const char db_writer_settings[];

/* Connects with keepalives, tcp_user_timeout and UTC, applies settings, prepares every statement in one
   pipeline. STATUS_UNAVAILABLE when it cannot; the reason is in db_connect_error of this thread. options is
   borrowed. */
NODISCARD enum status db_open(const struct db_options *options, struct db **ret_db);
const char *db_connect_error(void);
void db_close(struct db *db);           /* NULL-safe */
bool db_is_usable(const struct db *db); /* connected, idle, not in a failed state */
PGconn *db_raw(struct db *db);          /* for tests and tools */

/* Parameters, all binary. A params object is filled in order $1, $2, ... and reused after db_params_reset. */
#define DB_PARAMS_MAX 32
enum db_type {
    DB_BOOL,
    DB_INT2,
    DB_INT4,
    DB_INT8,
    DB_TEXT,
    DB_JSON,
    DB_BYTEA,
    DB_UUID,
    DB_TIME,
    DB_DATE,
    DB_PLACE
};
/* Where a row was seen: its ctid, opaque. Good within the transaction that read it, as long as nobody else
   may change the row. */
#define DB_PLACE_SIZE 6
struct db_params {
    int count;
    bool failed; /* a buffer was full */
    struct buf bytes;
    int32_t offsets[DB_PARAMS_MAX]; /* -1: NULL */
    int32_t lengths[DB_PARAMS_MAX];
    struct { /* the array that is being written */
        bool open, has_nulls;
        enum db_type element;
        uint32_t length;
    } array;
};
void db_params_init(struct db_params *p, size_t max_bytes);
void db_params_reset(struct db_params *p);
void db_params_free(struct db_params *p);
void db_param_null(struct db_params *p);
void db_param_bool(struct db_params *p, bool v);
void db_param_int2(struct db_params *p, int16_t v);
void db_param_int4(struct db_params *p, int32_t v);
void db_param_int8(struct db_params *p, int64_t v);
void db_param_text(struct db_params *p, struct str v); /* data NULL: NULL; also for json */
void db_param_bytea(struct db_params *p, const void *data, size_t len);
void db_param_uuid(struct db_params *p, const struct uuid *v); /* NULL: NULL */
void db_param_time(struct db_params *p, int64_t unix_us);      /* timestamptz */
void db_param_date(struct db_params *p, int32_t unix_day);     /* date, days since 1970 */
/* One-dimensional arrays: open with the element type, add elements in order, close. */
void db_array_open(struct db_params *p, enum db_type element);
void db_array_null(struct db_params *p);
void db_array_bool(struct db_params *p, bool v);
void db_array_int(struct db_params *p,
                  int64_t v); /* INT2, INT4, INT8 by the array's type; DATE: days since 1970 */
void db_array_bytes(struct db_params *p, const void *data,
                    size_t len);                               /* TEXT, JSON, BYTEA; data NULL: NULL */
void db_array_uuid(struct db_params *p, const struct uuid *v); /* NULL: NULL */
void db_array_time(struct db_params *p, int64_t unix_us); /* TIME; DATE takes db_array_int with the day */
void db_array_place(struct db_params *p, const uint8_t place[DB_PLACE_SIZE]);
void db_array_close(struct db_params *p);

/* One statement and its answer. Results are binary. *ret_result is the caller's (CLEANUP(db_result_ptr)).
   STATUS_OK; STATUS_RETRY for 40001, 40P01, 55P03 and lost connections; STATUS_TIMEOUT; STATUS_FAILED else,
   see db_sqlstate and db_error. */
NODISCARD enum status db_query(struct db *db, int statement, const struct db_params *params,
                               PGresult **ret_result);
/* Plain SQL without parameters, possibly several commands; for set-up, tools and tests. */
NODISCARD enum status db_exec(struct db *db, const char *sql);
/* The same with the last command's result, in text format. */
NODISCARD enum status db_exec_result(struct db *db, const char *sql, PGresult **ret_result);
void db_result_ptr(PGresult **r);
/* True only for the command tag COMMIT: a failed transaction's COMMIT "succeeds" as ROLLBACK. */
bool db_committed(const PGresult *r);
/* The wait for a synchronous standby was cancelled during the last pipeline, query or exec: its COMMIT,
   tagged as any other, is safe on this server only. Needs client_min_messages to let warnings pass. */
bool db_commit_is_local(const struct db *db);

/* Pipelines: begin, send statements, flush once, then read the results in order. If any statement fails the
   rest are skipped by the server; db_pipeline_finish then reports the first error. A failed send
   (STATUS_FULL: the parameters did not fit) is final: nothing more is sent, finish returns the same status
   and the connection is no longer usable. */
NODISCARD enum status db_pipeline_begin(struct db *db);
NODISCARD enum status db_pipeline_send(struct db *db, int statement, const struct db_params *params);
NODISCARD enum status db_pipeline_send_sql(struct db *db, const char *sql); /* BEGIN, COMMIT */
/* Sync and flush; reads one result per statement sent into ret_results[0..count-1] (the caller frees all;
   NULL when the results do not matter), leaves pipeline mode. On failure every entry is NULL and freed. With
   COMMIT as its last statement a pipeline that failed was rolled back if db_sqlstate is not empty; if it is
   empty the connection was lost or the wait ran out, and the COMMIT may have happened. */
NODISCARD enum status db_pipeline_finish(struct db *db, PGresult **ret_results, int count);

/* The last failure on this connection: SQLSTATE ("" if none: connection lost or timeout), message, and which
   statement of the pipeline (-1 unknown). */
const char *db_sqlstate(const struct db *db);
const char *db_error(const struct db *db);
int db_failed_index(const struct db *db);

/* Reading binary results; columns are known by the statement, so a wrong type is our own bug and asserts. */
bool db_is_null(const PGresult *r, int row, int column);
int64_t db_get_int(const PGresult *r, int row, int column); /* int2, int4, int8 */
bool db_get_bool(const PGresult *r, int row, int column);
struct str db_get_str(const PGresult *r, int row,
                      int column); /* text, json, bytea; borrowed from r; NULL: {NULL,0} */
struct uuid db_get_uuid(const PGresult *r, int row, int column);
int64_t db_get_time(const PGresult *r, int row, int column); /* timestamptz as unix microseconds */
void db_get_place(const PGresult *r, int row, int column, uint8_t ret_place[DB_PLACE_SIZE]); /* tid */
int32_t db_get_date(const PGresult *r, int row, int column); /* date as days since 1970 */

/* Runs body inside BEGIN..COMMIT (isolation level by begin_sql, NULL for read committed), repeating the whole
   on STATUS_RETRY up to attempts times with jittered backoff, reopening nothing: a lost connection returns
   STATUS_RETRY before COMMIT was sent and STATUS_UNKNOWN after (also for a local COMMIT). body returns
   STATUS_OK to commit; anything else rolls back. */
NODISCARD enum status db_tx_run(struct db *db, const char *begin_sql, int attempts,
                                enum status (*body)(struct db *db, void *context), void *context);

#endif
