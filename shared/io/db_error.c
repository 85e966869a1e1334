/* db_error.c - PostgreSQL failures as statuses: what to repeat, what to give up, what to log. */
#include <stdio.h>
#include <string.h>

#include "shared/io/db_internal.h"
#include "shared/io/log.h"

struct sqlstate_row {
    const char *prefix; /* a whole SQLSTATE or its class */
    enum status status;
};
static const struct sqlstate_row sqlstate_rows[] = {
    {"40001", STATUS_RETRY},   /* serialization_failure */
    {"40P01", STATUS_RETRY},   /* deadlock_detected */
    {"55P03", STATUS_RETRY},   /* lock_not_available */
    {"57P01", STATUS_RETRY},   /* admin_shutdown */
    {"57P02", STATUS_RETRY},   /* crash_shutdown */
    {"57P03", STATUS_RETRY},   /* cannot_connect_now */
    {"08", STATUS_RETRY},      /* connection exceptions */
    {"53100", STATUS_RETRY},   /* disk_full: nobody's command is to blame */
    {"57014", STATUS_TIMEOUT}, /* query_canceled: statement_timeout */
};

static enum status status_of_sqlstate(const char *sqlstate)
{
    for (size_t i = 0; i < sizeof(sqlstate_rows) / sizeof(sqlstate_rows[0]); i++) {
        const struct sqlstate_row *row = &sqlstate_rows[i];
        if (strncmp(sqlstate, row->prefix, strlen(row->prefix)) == 0)
            return row->status;
    }
    return STATUS_FAILED;
}

static void record(struct db *db, const char *sqlstate, const char *message)
{
    snprintf(db->sqlstate, sizeof(db->sqlstate), "%s", sqlstate);
    snprintf(db->error, sizeof(db->error), "%s", message);
    db->error[strcspn(db->error, "\n")] = '\0';
}

static bool ends_session(const PGresult *r)
{
    const char *severity = PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED);
    return severity && (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0);
}

void db_clear_error(struct db *db)
{
    record(db, "", "");
    db->failed_index = -1;
    db->commit_is_local = false;
}

enum status db_fail_result(struct db *db, const PGresult *r)
{
    if (ends_session(r) || PQstatus(db->conn) != CONNECTION_OK)
        db->broken = true;
    const char *sqlstate = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    if (!sqlstate)
        return db->broken ? db_fail_lost(db) : (record(db, "", PQresultErrorMessage(r)), STATUS_FAILED);
    /* The primary line alone: details quote values, and values do not belong into logs. */
    const char *message = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    record(db, sqlstate, message ? message : "");
    return db->broken ? STATUS_RETRY : status_of_sqlstate(sqlstate);
}

enum status db_fail_lost(struct db *db)
{
    db->broken = true;
    record(db, "", PQerrorMessage(db->conn));
    if (db->error[0] == '\0')
        record(db, "", "connection lost");
    return STATUS_RETRY;
}

enum status db_fail_timeout(struct db *db)
{
    db->broken = true;
    record(db, "", "no answer within the query timeout");
    return STATUS_TIMEOUT;
}

enum status db_fail_params(struct db *db)
{
    record(db, "", "parameters exceed their buffer");
    return STATUS_FULL;
}

const char *db_sqlstate(const struct db *db)
{
    return db->sqlstate;
}

const char *db_error(const struct db *db)
{
    return db->error;
}

int db_failed_index(const struct db *db)
{
    return db->failed_index;
}

bool db_commit_is_local(const struct db *db)
{
    return db->commit_is_local;
}

/* By the function that says it: the text is translated, the SQLSTATE is that of any warning (or of a
 * shutdown). */
static bool ends_wait_for_standby(const PGresult *r)
{
    const char *function = PQresultErrorField(r, PG_DIAG_SOURCE_FUNCTION);
    return function && strcmp(function, "SyncRepWaitForLSN") == 0;
}

void db_take_notice(void *context, const PGresult *r)
{
    struct db *db = context;
    const char *severity = PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (!severity || strcmp(severity, "WARNING") != 0)
        return;
    const char *message = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    if (ends_wait_for_standby(r)) {
        db->commit_is_local = true;
        record(db, "", message ? message : ""); /* no SQLSTATE: nothing was rolled back */
    }
    log_event(LOG_WARN, "postgresql_warning", log_str("connection", db->options->service),
              log_str("sqlstate", PQresultErrorField(r, PG_DIAG_SQLSTATE)), log_str("message", message));
}
