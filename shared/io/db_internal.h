/* db_internal.h - what the db_*.c files share; nobody else includes it. */
#ifndef SHARED_IO_DB_INTERNAL_H
#define SHARED_IO_DB_INTERNAL_H

#include "shared/io/db.h"

#define DB_ERROR_SIZE         320
#define DB_CONNECT_TIMEOUT_MS 3000

struct db {
    PGconn *conn;
    const struct db_options *options;
    bool broken; /* a wait ran out, the session ended or a pipeline was left half sent: only good for closing
                  */
    bool in_pipeline;        /* between db_pipeline_begin and db_pipeline_finish */
    int sent;                /* statements in the pipeline so far */
    enum status send_status; /* the first failure of a send; nothing is sent after it */
    bool commit_is_local;    /* see db_commit_is_local */
    enum db_class class;     /* of the round trip in hand */
    int failed_index;
    char sqlstate[6];
    char error[DB_ERROR_SIZE];
};

/* db_open with an absolute deadline (clock_monotonic_us). */
NODISCARD enum status db_open_until(const struct db_options *options, int64_t deadline_us,
                                    struct db **ret_db);
/* False once the server has hung up on an idle connection; one poll(2). */
bool db_is_alive(struct db *db);

/* db_metrics.c */
enum db_connect_failure {
    DB_CONNECT_UNREACHABLE,
    DB_CONNECT_TIMEOUT,
    DB_CONNECT_CREDENTIALS,
    DB_CONNECT_FULL,
    DB_CONNECT_STARTING,   /* or stopping */
    DB_CONNECT_STATEMENTS, /* or settings: the schema is another one */
    DB_CONNECT_OTHER,
    DB_CONNECT_FAILURES
};
void db_count_failed_connect(enum db_connect_failure why);
/* Why a connect failed that the server or the network ended. */
enum db_connect_failure db_why_not_connected(const PGconn *conn);
/* A round trip that began when its deadline was made is over. */
void db_observe(const struct db *db, int64_t deadline_us);
/* The round trip in hand has a statement of this class. */
void db_note_class(struct db *db, enum db_class class);
enum db_class db_class_of_plain(const char *sql);

/* db_wait.c. Deadlines are clock_monotonic_us. */
int64_t db_timeout_us(const struct db *db);
int64_t db_deadline(const struct db *db);
/* Waits for poll(2) events on the connection's socket: STATUS_OK, STATUS_TIMEOUT, STATUS_FAILED without a
 * socket. */
NODISCARD enum status db_wait_socket(PGconn *conn, short events, int64_t deadline_us);
/* The next PQgetResult without ever blocking beyond the deadline; NULL results are results too. A lost
   connection shows as an error result. On STATUS_TIMEOUT the connection is broken. */
NODISCARD enum status db_next_result(struct db *db, int64_t deadline_us, PGresult **ret_result);

/* db_error.c: each records the failure for db_sqlstate() and db_error() and returns its status. */
void db_clear_error(struct db *db);
enum status db_fail_result(struct db *db, const PGresult *r);
enum status db_fail_lost(struct db *db);
enum status db_fail_timeout(struct db *db);
enum status db_fail_params(struct db *db);
void db_take_notice(void *context, const PGresult *r); /* a PQnoticeReceiver; context: the connection */

/* db_pipeline.c: like db_pipeline_send, for the making of prepared statements. */
NODISCARD enum status db_send_prepare(struct db *db, const struct db_statement *statement);

/* db_query.c: queues one prepared statement. */
NODISCARD enum status db_send(struct db *db, int statement, const struct db_params *params);
bool db_result_is_good(const PGresult *r);

#endif
