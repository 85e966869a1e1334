/* migration_run.c - libpq directly: a failed statement's position in the file is wanted, and waits have no
   limit but the one that a lock has. */
#include "ledger-svc/tools/migrate/migration_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "migrate_statements.h"
#include "shared/core/clock.h"

#define BACKOFF_FIRST_MS 200
#define RUN_WAIT_MS      60000 /* for another run */
#define RUN_POLL_MS      100

static const char *sql_of(enum migrate_statement s)
{
    return migrate_statements[s].sql;
}

/* libpq's messages end in a newline and may have several lines; the first one says it. */
static void first_line(char reason[REASON_SIZE], const char *what, const char *message)
{
    (void)snprintf(reason, REASON_SIZE, "%s: %.*s.", what, (int)strcspn(message, "\n"), message);
}

static bool is_good(const PGresult *r)
{
    ExecStatusType status = PQresultStatus(r);
    return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY;
}

static enum status run(PGconn *conn, enum migrate_statement s, char reason[REASON_SIZE])
{
    PGresult *r = PQexec(conn, sql_of(s));
    bool good = is_good(r);
    if (!good)
        first_line(reason, migrate_statements[s].name, PQresultErrorMessage(r));
    PQclear(r);
    return good ? STATUS_OK : STATUS_FAILED;
}

static enum status ask(PGconn *conn, enum migrate_statement s, bool *ret_answer, char reason[REASON_SIZE])
{
    PGresult *r = PQexec(conn, sql_of(s));
    bool good = is_good(r) && PQntuples(r) == 1;
    if (good)
        *ret_answer = strcmp(PQgetvalue(r, 0, 0), "t") == 0;
    else
        first_line(reason, migrate_statements[s].name, PQresultErrorMessage(r));
    PQclear(r);
    return good ? STATUS_OK : STATUS_FAILED;
}

enum status migrate_connect(const char *conninfo, PGconn **ret_conn, char ret_reason[REASON_SIZE])
{
    /* A run that is interrupted must not leave its statement going on in the server. */
    const char *const keywords[] = {"dbname",          "application_name", "client_encoding",
                                    "connect_timeout", "options",          NULL};
    const char *const values[] = {
        conninfo,
        "paybus-migrate",
        "UTF8",
        "5",
        "-c timezone=UTC -c client_min_messages=warning -c client_connection_check_interval=1s",
        NULL};
    PGconn *conn = PQconnectdbParams(keywords, values, 1);
    if (PQstatus(conn) != CONNECTION_OK) {
        first_line(ret_reason, "the database cannot be reached", PQerrorMessage(conn));
        PQfinish(conn);
        return STATUS_UNAVAILABLE;
    }
    *ret_conn = conn;
    return STATUS_OK;
}

static void wait_ms(int64_t ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (nanosleep(&left, &left) != 0) {
    }
}

/* A statement that waited for the lock would hold a snapshot, and the other run's CREATE INDEX CONCURRENTLY
   waits until there is none: each would wait for the other. */
enum status migrate_lock(PGconn *conn, char ret_reason[REASON_SIZE])
{
    bool locked = false, told = false;
    int64_t end_ms = clock_monotonic_ms() + RUN_WAIT_MS;
    for (;;) {
        enum status s = ask(conn, MIGRATE_SQL_TRY_LOCK, &locked, ret_reason);
        if (s != STATUS_OK || locked)
            return s;
        if (!told)
            (void)fprintf(stderr, "paybus-migrate: another run is at work; waiting for it.\n");
        told = true;
        if (clock_monotonic_ms() > end_ms)
            break;
        wait_ms(RUN_POLL_MS);
    }
    (void)snprintf(ret_reason, REASON_SIZE, "another run is still at work; try again when it has ended.");
    return STATUS_FAILED;
}

enum status history_create(PGconn *conn, char ret_reason[REASON_SIZE])
{
    bool exists = false;
    enum status s = ask(conn, MIGRATE_SQL_HAS_HISTORY, &exists, ret_reason);
    return s == STATUS_OK && !exists ? run(conn, MIGRATE_SQL_CREATE_HISTORY, ret_reason) : s;
}

static void copy_text(char *to, size_t size, const PGresult *r, int row, int column)
{
    (void)snprintf(to, size, "%s", PQgetvalue(r, row, column));
}

static enum status copy_history(const PGresult *r, struct applied_list *ret_list)
{
    int rows = PQntuples(r);
    struct applied *items = calloc((size_t)rows + 1, sizeof(*items));
    if (!items)
        return STATUS_NO_MEMORY;
    for (int i = 0; i < rows; i++) {
        struct applied *a = &items[i];
        a->version = (int)strtol(PQgetvalue(r, i, 0), NULL, 10);
        copy_text(a->name, sizeof(a->name), r, i, 1);
        copy_text(a->checksum, sizeof(a->checksum), r, i, 2);
        copy_text(a->applied_at, sizeof(a->applied_at), r, i, 3);
        copy_text(a->duration, sizeof(a->duration), r, i, 4);
    }
    *ret_list = (struct applied_list){.items = items, .count = (size_t)rows};
    return STATUS_OK;
}

enum status history_load(PGconn *conn, struct applied_list *ret_list, char ret_reason[REASON_SIZE])
{
    bool exists = false;
    enum status s = ask(conn, MIGRATE_SQL_HAS_HISTORY, &exists, ret_reason);
    if (s != STATUS_OK || !exists)
        return s;
    PGresult *r = PQexec(conn, sql_of(MIGRATE_SQL_LOAD_HISTORY));
    s = is_good(r) ? copy_history(r, ret_list) : STATUS_FAILED;
    if (s != STATUS_OK)
        first_line(ret_reason, "the history cannot be read", PQresultErrorMessage(r));
    PQclear(r);
    return s;
}

void history_free(struct applied_list *list)
{
    free(list->items);
    *list = (struct applied_list){0};
}

/* PostgreSQL counts characters, from 1. 0 when it did not say where. */
static int line_of(const char *sql, const char *position)
{
    if (!position)
        return 0;
    long left = strtol(position, NULL, 10);
    int line = 1;
    for (const char *c = sql; *c; c++) {
        bool starts_character = (*c & 0xc0) != 0x80;
        if (starts_character && --left <= 0)
            break;
        line += *c == '\n';
    }
    return line;
}

static void explain(const struct migration *m, const PGresult *r, char reason[REASON_SIZE])
{
    const char *message = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    if (!message)
        message = PQresultErrorMessage(r);
    int line = line_of(m->sql, PQresultErrorField(r, PG_DIAG_STATEMENT_POSITION));
    char where[32] = "";
    if (line > 0)
        (void)snprintf(where, sizeof(where), ", line %d", line);
    (void)snprintf(reason, REASON_SIZE, "%s%s: %.*s (SQLSTATE %s); %s.", m->name, where,
                   (int)strcspn(message, "\n"), message, state ? state : "none",
                   m->no_transaction ? "what ran before it stays" : "nothing of it was applied");
}

/* A lock that did not come in time, or a deadlock, may come on the next try. */
static enum status failure_of(const PGresult *r)
{
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    bool again = state && (strcmp(state, "55P03") == 0 || strcmp(state, "40P01") == 0);
    return again ? STATUS_RETRY : STATUS_FAILED;
}

static enum status run_file(PGconn *conn, const struct migration *m, char reason[REASON_SIZE])
{
    PGresult *r = PQexec(conn, m->sql);
    enum status s = is_good(r) ? STATUS_OK : failure_of(r);
    if (s != STATUS_OK)
        explain(m, r, reason);
    PQclear(r);
    if (s == STATUS_OK && !m->no_transaction && PQtransactionStatus(conn) != PQTRANS_INTRANS) {
        (void)snprintf(reason, REASON_SIZE, "%s ends its transaction itself, so that it may be half applied.",
                       m->name);
        return STATUS_FAILED;
    }
    return s;
}

static enum status record(PGconn *conn, const struct migration *m, int64_t duration_us,
                          char reason[REASON_SIZE])
{
    char version[16], duration[32];
    (void)snprintf(version, sizeof(version), "%d", m->version);
    (void)snprintf(duration, sizeof(duration), "%" PRId64, duration_us);
    const char *const values[] = {version, m->name, m->checksum, duration};
    PGresult *r = PQexecParams(conn, sql_of(MIGRATE_SQL_RECORD_APPLIED), 4, NULL, values, NULL, NULL, 0);
    bool good = is_good(r);
    if (!good)
        explain(m, r, reason);
    PQclear(r);
    return good ? STATUS_OK : STATUS_FAILED;
}

static enum status run_and_record(PGconn *conn, const struct migration *m, int64_t *ret_duration_us,
                                  char reason[REASON_SIZE])
{
    int64_t start_us = clock_monotonic_us();
    enum status s = run_file(conn, m, reason);
    *ret_duration_us = clock_monotonic_us() - start_us;
    return s == STATUS_OK ? record(conn, m, *ret_duration_us, reason) : s;
}

static enum status apply_in_transaction(PGconn *conn, const struct migration *m, int64_t *ret_duration_us,
                                        char reason[REASON_SIZE])
{
    enum status s = run(conn, MIGRATE_SQL_BEGIN_FILE, reason);
    if (s == STATUS_OK)
        s = run_and_record(conn, m, ret_duration_us, reason);
    if (s == STATUS_OK)
        return run(conn, MIGRATE_SQL_COMMIT_FILE, reason);
    char ignored[REASON_SIZE];
    if (PQtransactionStatus(conn) != PQTRANS_IDLE &&
        run(conn, MIGRATE_SQL_ROLLBACK_FILE, ignored) != STATUS_OK)
        return STATUS_FAILED; /* the connection is gone, and the transaction with it */
    return s;
}

/* CREATE INDEX CONCURRENTLY that is interrupted leaves an index that is kept up and never read; another one
   of its name cannot be made beside it. */
static enum status drop_broken_index(PGconn *conn, const struct migration *m, char reason[REASON_SIZE])
{
    const char *const values[] = {m->sql};
    PGresult *r = PQexecParams(conn, sql_of(MIGRATE_SQL_FIND_BROKEN_INDEX), 1, NULL, values, NULL, NULL, 0);
    enum status s = is_good(r) ? STATUS_OK : STATUS_FAILED;
    if (s != STATUS_OK)
        first_line(reason, "find_broken_index", PQresultErrorMessage(r));
    for (int i = 0; s == STATUS_OK && i < PQntuples(r); i++) {
        PGresult *dropped = PQexec(conn, PQgetvalue(r, i, 0));
        s = is_good(dropped) ? STATUS_OK : failure_of(dropped);
        if (s != STATUS_OK)
            explain(m, dropped, reason);
        PQclear(dropped);
    }
    PQclear(r);
    return s;
}

static enum status apply_alone(PGconn *conn, const struct migration *m, int64_t *ret_duration_us,
                               char reason[REASON_SIZE])
{
    enum status s = run(conn, MIGRATE_SQL_SETTINGS_OF_LONE_FILE, reason);
    if (s == STATUS_OK)
        s = drop_broken_index(conn, m, reason);
    return s == STATUS_OK ? run_and_record(conn, m, ret_duration_us, reason) : s;
}

static enum status apply_once(PGconn *conn, const struct migration *m, int64_t *ret_duration_us,
                              char reason[REASON_SIZE])
{
    if (m->no_transaction)
        return apply_alone(conn, m, ret_duration_us, reason);
    enum status s = run(conn, MIGRATE_SQL_SETTINGS_OF_FILE, reason);
    return s == STATUS_OK ? apply_in_transaction(conn, m, ret_duration_us, reason) : s;
}

enum status migration_apply(PGconn *conn, const struct migration *m, int64_t *ret_duration_us,
                            char ret_reason[REASON_SIZE])
{
    enum status s = STATUS_RETRY;
    for (int attempt = 1; s == STATUS_RETRY; attempt++) {
        s = apply_once(conn, m, ret_duration_us, ret_reason);
        if (s != STATUS_RETRY)
            break;
        if (attempt == MIGRATION_ATTEMPTS)
            return STATUS_FAILED;
        (void)fprintf(stderr, "paybus-migrate: %s waits for a lock; trying again (%d of %d).\n", m->name,
                      attempt + 1, MIGRATION_ATTEMPTS);
        wait_ms((int64_t)BACKOFF_FIRST_MS << attempt);
    }
    return s;
}
