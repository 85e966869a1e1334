/* db_tx.c - runs a transaction and repeats it while PostgreSQL asks for that. */
#include <assert.h>
#include <stdlib.h>
#include <time.h>

#include "shared/core/clock.h"
#include "shared/io/db_internal.h"

#define BACKOFF_FIRST_US 1000
#define BACKOFF_LAST_US  64000

/* Between half and the whole of first * 2^tries: those who collided once must not meet again. */
static void back_off(int tries)
{
    int64_t most_us = BACKOFF_FIRST_US;
    for (int i = 0; i < tries && most_us < BACKOFF_LAST_US; i++)
        most_us *= 2;
    int64_t pause_us = most_us / 2 + clock_monotonic_us() % (most_us / 2);
    struct timespec pause = {.tv_nsec = pause_us * 1000};
    nanosleep(&pause, NULL);
}

/* A failed transaction's COMMIT succeeds too, as a ROLLBACK: the tag tells. One that a standby may not have
   is in doubt. */
static enum status commit(struct db *db)
{
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    enum status s = db_exec_result(db, "commit", &r);
    if (s != STATUS_OK)
        return db->broken ? STATUS_UNKNOWN : s;
    if (!db_committed(r))
        return STATUS_FAILED;
    return db->commit_is_local ? STATUS_UNKNOWN : STATUS_OK;
}

static void roll_back(struct db *db)
{
    if (db->broken)
        return;
    /* The reason of the failure is what the caller wants to read, not that ROLLBACK went well. */
    struct db before = *db;
    bool rolled_back = db_exec(db, "rollback") == STATUS_OK;
    before.broken = !rolled_back;
    *db = before;
}

static enum status run_once(struct db *db, const char *begin_sql,
                            enum status (*body)(struct db *db, void *context), void *context)
{
    enum status s = db_exec(db, begin_sql ? begin_sql : "begin");
    if (s != STATUS_OK)
        return s;
    s = body(db, context);
    if (s == STATUS_OK)
        s = commit(db);
    else
        roll_back(db);
    return s;
}

enum status db_tx_run(struct db *db, const char *begin_sql, int attempts,
                      enum status (*body)(struct db *db, void *context), void *context)
{
    assert(attempts > 0);
    enum status s = STATUS_RETRY;
    for (int tries = 0; tries < attempts; tries++) {
        s = run_once(db, begin_sql, body, context);
        if (s != STATUS_RETRY || db->broken)
            break;
        if (tries + 1 < attempts)
            back_off(tries);
    }
    return s;
}
