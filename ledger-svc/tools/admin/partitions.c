/* partitions.c - paybus-admin partitions: days ahead are made, idempotency keys past their time are dropped.
   Nobody waits behind this: every lock is given up after 100 ms and asked for again. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "ledger-svc/tools/admin/admin.h"
#include "shared/core/clock.h"
#include "shared/core/parse.h"
#include "shared/io/log.h"
#include "shared/io/service.h"

#define ATTEMPTS          10
#define BACKOFF_MS        200
#define AFTER_FAILURE_MS  10000
#define STOP_CHECK_MS     100
#define DAYS_MAX          366
#define KEEP_HOURS_MAX    (24 * 366)
#define EVERY_SECONDS_MAX 86400
/* The same setting that tells ledger-svc how far back to look for a key. */
#define RETENTION_VARIABLE "PAYBUS_IDEMPOTENCY_RETENTION_HOURS"
#define PARAMS_MAX         64

struct partitions_job {
    const char *database;
    int64_t every_seconds; /* 0: once */
    int64_t days, keep_hours;
};

/* False when a stop was asked for meanwhile. */
static bool pause_ms(int64_t ms)
{
    int64_t end_ms = clock_monotonic_ms() + ms;
    while (!service_is_stopping() && clock_monotonic_ms() < end_ms)
        (void)nanosleep(&(struct timespec){.tv_nsec = STOP_CHECK_MS * 1000000L}, NULL);
    return !service_is_stopping();
}

static enum status make_ahead(struct db *db, const struct partitions_job *job)
{
    CLEANUP(db_params_free) struct db_params p;
    db_params_init(&p, PARAMS_MAX);
    db_param_int4(&p, (int32_t)job->days);
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    enum status s = db_query(db, ADMIN_SQL_ENSURE_PARTITIONS, &p, &r);
    if (s == STATUS_OK)
        log_event(LOG_INFO, "partitions_ensured", log_int("made", db_get_int(r, 0, 0)),
                  log_int("days_ahead", job->days));
    return s;
}

static enum status drop_one(struct db *db, const PGresult *old, int row)
{
    enum status s = STATUS_OK;
    if (!db_is_null(old, row, 1))
        s = db_exec(db, PQgetvalue(old, row, 1));
    if (s == STATUS_OK)
        s = db_exec(db, PQgetvalue(old, row, 2));
    if (s == STATUS_OK)
        log_event(LOG_INFO, "partition_dropped", log_str("partition", PQgetvalue(old, row, 0)));
    return s;
}

/* A detach that is given up leaves a partition that nobody sees any more; the list then says how to finish
 * it. */
static enum status drop_old(struct db *db, const struct partitions_job *job)
{
    CLEANUP(db_params_free) struct db_params p;
    db_params_init(&p, PARAMS_MAX);
    db_param_int8(&p, job->keep_hours);
    CLEANUP(db_result_ptr) PGresult *old = NULL;
    enum status s = db_query(db, ADMIN_SQL_OLD_PARTITIONS, &p, &old);
    for (int i = 0; s == STATUS_OK && i < PQntuples(old) && !service_is_stopping(); i++)
        s = drop_one(db, old, i);
    return s;
}

/* Again while a lock does not come; a failure is logged under the event's name. */
static enum status patiently(struct db *db, const struct partitions_job *job,
                             enum status (*step)(struct db *db, const struct partitions_job *job),
                             const char *event)
{
    enum status s = step(db, job);
    for (int attempt = 1; s == STATUS_RETRY && attempt < ATTEMPTS && db_is_usable(db) && pause_ms(BACKOFF_MS);
         attempt++)
        s = step(db, job);
    if (s != STATUS_OK)
        log_event(LOG_ERROR, event, log_str("sqlstate", db_sqlstate(db)), log_str("error", db_error(db)));
    return s;
}

/* Each round has a connection of its own: an hour's sleep is no time to hold one. */
static enum status run_once(const struct partitions_job *job)
{
    CLEANUP(admin_close_database) struct db *db = NULL;
    enum status s = admin_open_database(job->database, &db);
    if (s == STATUS_OK)
        s = patiently(db, job, make_ahead, "partitions_missing");
    if (s == STATUS_OK)
        s = patiently(db, job, drop_old, "partitions_not_dropped");
    return s;
}

static int run_until_stopped(const struct partitions_job *job)
{
    int64_t wait_ms;
    do {
        wait_ms = job->every_seconds * 1000;
        if (run_once(job) != STATUS_OK && wait_ms > AFTER_FAILURE_MS)
            wait_ms = AFTER_FAILURE_MS;
    } while (pause_ms(wait_ms));
    log_event(LOG_INFO, "stopped");
    return EXIT_OK;
}

static enum status read_number(const char *name, const char *text, int64_t min, int64_t max,
                               int64_t *ret_number)
{
    if (!text || parse_int64(str_of(text), min, max, ret_number) == STATUS_OK)
        return STATUS_OK;
    (void)admin_complain(EXIT_USAGE, "--%s wants a number from %lld to %lld.", name, (long long)min,
                         (long long)max);
    return STATUS_INVALID;
}

int admin_partitions(int argc, char **argv)
{
    struct partitions_job job = {.days = 14, .keep_hours = 48};
    const char *every = NULL, *days = NULL, *keep = getenv(RETENTION_VARIABLE);
    if (keep && !*keep)
        keep = NULL;
    const struct admin_option options[] = {{"every", &every, false},
                                           {"days", &days, false},
                                           {"keep-hours", &keep, false},
                                           {"database", &job.database, false},
                                           {0}};
    if (admin_read_arguments(argc, argv, options, NULL, 0) != STATUS_OK ||
        read_number("every", every, 1, EVERY_SECONDS_MAX, &job.every_seconds) != STATUS_OK ||
        read_number("days", days, 1, DAYS_MAX, &job.days) != STATUS_OK ||
        read_number("keep-hours", keep, 24, KEEP_HOURS_MAX, &job.keep_hours) != STATUS_OK)
        return EXIT_USAGE;
    log_init("paybus-admin", "partitions", LOG_INFO);
    if (service_signals_start() != STATUS_OK)
        return EXIT_FAILED;
    if (job.every_seconds)
        return run_until_stopped(&job);
    return run_once(&job) == STATUS_OK ? EXIT_OK : EXIT_FAILED;
}
