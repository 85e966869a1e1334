/* db_metrics.c - how long round trips to PostgreSQL take, by what they do, and why connects fail. */
#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "shared/core/clock.h"
#include "shared/io/db_internal.h"
#include "shared/io/metrics.h"

#define SQLSTATE_SIZE 5

static const char *const classes[DB_CLASSES] = {[DB_CONTROL] = "control",
                                                [DB_READ] = "read",
                                                [DB_WRITE] = "write",
                                                [DB_LOCK] = "lock",
                                                [DB_COMMIT] = "commit"};
static const char *const reasons[DB_CONNECT_FAILURES] = {[DB_CONNECT_UNREACHABLE] = "unreachable",
                                                         [DB_CONNECT_TIMEOUT] = "timeout",
                                                         [DB_CONNECT_CREDENTIALS] = "credentials",
                                                         [DB_CONNECT_FULL] = "full",
                                                         [DB_CONNECT_STARTING] = "starting",
                                                         [DB_CONNECT_STATEMENTS] = "statements",
                                                         [DB_CONNECT_OTHER] = "other"};
/* Few: five classes in each service. */
static const double bounds[] = {0.001, 0.005, 0.025, 0.1, 0.5, 2.5};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct metric *durations[DB_CLASSES], *failures[DB_CONNECT_FAILURES];

static void register_all(void)
{
    char labels[32];
    for (int c = 0; c < DB_CLASSES; c++) {
        (void)snprintf(labels, sizeof(labels), "class=\"%s\"", classes[c]);
        durations[c] = metrics_histogram("paybus_db_query_duration_seconds",
                                         "From asking PostgreSQL to its last answer, by what was asked.",
                                         labels, bounds, sizeof(bounds) / sizeof(bounds[0]));
    }
    for (int f = 0; f < DB_CONNECT_FAILURES; f++) {
        (void)snprintf(labels, sizeof(labels), "reason=\"%s\"", reasons[f]);
        failures[f] = metrics_counter("paybus_db_connect_failures_total",
                                      "Tries to connect to PostgreSQL that failed, by why.", labels);
    }
}

void db_metrics_init(void)
{
    (void)pthread_once(&once, register_all);
}

void db_count_failed_connect(enum db_connect_failure why)
{
    metric_add(failures[why], 1);
}

/* "FATAL:  28P01: password ...": the SQLSTATE is behind the severity, in whatever language that is. NULL: the
   server said nothing. */
static const char *find_sqlstate(const char *message)
{
    for (const char *at = strstr(message, ":  "); at; at = strstr(at + 1, ":  ")) {
        const char *state = at + strlen(":  ");
        int len = 0;
        while (isdigit((unsigned char)state[len]) || isupper((unsigned char)state[len]))
            len++;
        if (len == SQLSTATE_SIZE && state[len] == ':')
            return state;
    }
    return NULL;
}

enum db_connect_failure db_why_not_connected(const PGconn *conn)
{
    static const struct {
        const char *class;
        enum db_connect_failure why;
    } rows[] = {{"28", DB_CONNECT_CREDENTIALS}, {"53", DB_CONNECT_FULL}, {"57", DB_CONNECT_STARTING}};
    const char *state = find_sqlstate(PQerrorMessage(conn));
    if (!state)
        return PQconnectionNeedsPassword(conn) ? DB_CONNECT_CREDENTIALS : DB_CONNECT_UNREACHABLE;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strncmp(state, rows[i].class, strlen(rows[i].class)) == 0)
            return rows[i].why;
    return DB_CONNECT_OTHER;
}

/* The clock was read when the deadline was made. */
void db_observe(const struct db *db, int64_t deadline_us)
{
    int64_t start_us = deadline_us - db_timeout_us(db);
    metric_observe_us(durations[db->class], clock_monotonic_us() - start_us);
}

void db_note_class(struct db *db, enum db_class class)
{
    if (class > db->class)
        db->class = class;
}

enum db_class db_class_of_plain(const char *sql)
{
    return strncmp(sql, "commit", strlen("commit")) == 0 ? DB_COMMIT : DB_CONTROL;
}
