/* db.c - opens and closes a connection: connect by deadline, settings, every statement prepared in one
 * pipeline. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/clock.h"
#include "shared/io/db_internal.h"

static _Thread_local char connect_error[DB_ERROR_SIZE];

const char *db_connect_error(void)
{
    return connect_error;
}

static enum status cannot_connect(enum db_connect_failure why, const char *what, const char *reason)
{
    db_count_failed_connect(why);
    snprintf(connect_error, sizeof(connect_error), "%s: %s", what, reason);
    connect_error[strcspn(connect_error, "\n")] = '\0';
    return STATUS_UNAVAILABLE;
}

static PGconn *connect_start(const struct db_options *options)
{
    /* conninfo comes first, as a dbname that libpq expands: what follows it wins. */
    const char *const keywords[] = {
        "dbname",          "application_name",    "client_encoding",  "options",          "keepalives",
        "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout", NULL};
    const char *const values[] = {
        options->conninfo, options->service, "UTF8", "-c timezone=UTC", "1", "5", "2", "3", "5000", NULL};
    PGconn *conn = PQconnectStartParams(keywords, values, 1);
    if (conn)
        (void)PQsetErrorVerbosity(conn,
                                  PQERRORS_VERBOSE); /* with its SQLSTATE, which libpq keeps to itself */
    return conn;
}

static enum status not_connected(const PGconn *conn)
{
    return cannot_connect(db_why_not_connected(conn), "connect", PQerrorMessage(conn));
}

static enum status connect_finish(PGconn *conn, int64_t deadline_us)
{
    if (PQstatus(conn) == CONNECTION_BAD)
        return not_connected(conn);
    PostgresPollingStatusType next = PGRES_POLLING_WRITING;
    while (next != PGRES_POLLING_OK) {
        if (next == PGRES_POLLING_FAILED)
            return not_connected(conn);
        short events = next == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        if (db_wait_socket(conn, events, deadline_us) != STATUS_OK)
            return cannot_connect(DB_CONNECT_TIMEOUT, "connect", "no answer within the connect timeout");
        next = PQconnectPoll(conn);
    }
    (void)PQsetErrorVerbosity(conn, PQERRORS_DEFAULT);
    return STATUS_OK;
}

static enum status prepare_all(struct db *db)
{
    const struct db_options *options = db->options;
    enum status s = db_pipeline_begin(db);
    for (size_t i = 0; s == STATUS_OK && i < options->statement_count; i++)
        s = db_send_prepare(db, &options->statements[i]);
    if (s == STATUS_OK)
        s = db_pipeline_finish(db, NULL, (int)options->statement_count);
    if (s == STATUS_OK)
        return s;
    return cannot_connect(DB_CONNECT_STATEMENTS,
                          db->failed_index < 0 ? "prepare" : options->statements[db->failed_index].name,
                          db->error);
}

static enum status connect_and_prepare(struct db *db, int64_t deadline_us)
{
    const struct db_options *options = db->options;
    enum status s = connect_finish(db->conn, deadline_us);
    if (s != STATUS_OK)
        return s;
    PQsetNoticeReceiver(db->conn, db_take_notice, db);
    if (PQsetnonblocking(db->conn, 1) != 0)
        return cannot_connect(DB_CONNECT_OTHER, "connect", PQerrorMessage(db->conn));
    if (options->settings && db_exec(db, options->settings) != STATUS_OK)
        return cannot_connect(DB_CONNECT_STATEMENTS, "settings", db->error);
    return options->statement_count > 0 ? prepare_all(db) : STATUS_OK;
}

enum status db_open_until(const struct db_options *options, int64_t deadline_us, struct db **ret_db)
{
    db_metrics_init();
    struct db *db = calloc(1, sizeof(*db));
    if (!db)
        return cannot_connect(DB_CONNECT_OTHER, "connect", "out of memory");
    db->options = options;
    db_clear_error(db);
    db->conn = connect_start(options);
    enum status s = db->conn ? connect_and_prepare(db, deadline_us)
                             : cannot_connect(DB_CONNECT_OTHER, "connect", "out of memory");
    if (s != STATUS_OK) {
        db_close(db);
        return s;
    }
    *ret_db = db;
    return STATUS_OK;
}

enum status db_open(const struct db_options *options, struct db **ret_db)
{
    int timeout_ms = options->connect_timeout_ms ? options->connect_timeout_ms : DB_CONNECT_TIMEOUT_MS;
    return db_open_until(options, clock_monotonic_us() + (int64_t)timeout_ms * 1000, ret_db);
}

void db_close(struct db *db)
{
    if (!db)
        return;
    PQfinish(db->conn);
    free(db);
}

bool db_is_usable(const struct db *db)
{
    return !db->broken && !db->in_pipeline && PQstatus(db->conn) == CONNECTION_OK &&
           PQtransactionStatus(db->conn) == PQTRANS_IDLE;
}

bool db_is_alive(struct db *db)
{
    struct pollfd p = {.fd = PQsocket(db->conn), .events = POLLIN};
    /* What arrives unasked is a notice, a changed setting or the last words of a server that hangs up. */
    while (db_is_usable(db) && poll(&p, 1, 0) > 0) {
        if (!PQconsumeInput(db->conn) || PQisBusy(db->conn))
            db->broken = true;
    }
    return db_is_usable(db);
}

PGconn *db_raw(struct db *db)
{
    return db->conn;
}
