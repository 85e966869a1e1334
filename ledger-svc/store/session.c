/* session.c - see session.h. */
#include "ledger-svc/store/session.h"

#include <assert.h>
#include <stdio.h>
#include <time.h>

#include "ledger_statements.h"

#define STALLED_PARAMS_MAX (64 << 10)
#define SECOND_LOOK_MS     200

/* Plans are pinned: generic (planning 256-element arrays each time costs more than running them) and by index
   even while a fresh table's statistics say that it is empty. No helpers: starting them takes longer than
   anything that is done here, and a generic plan wants them for a window that has three rows.
   A stopped process may keep nobody waiting for longer than three seconds. Stopped between two pipelines, it
   is ended by idle_in_transaction_session_timeout. Stopped within one, it counts as stalled after 1.25 s
   (list_stalled_sessions.sql), and whoever waits for its locks looks for such at every lock_timeout, and once
   more 200 ms later: 2.95 s at the latest. A shorter lock_timeout would make the healthy lose their place in
   the queue at a hot account. Warnings must arrive: one of them says that a COMMIT did not wait for its
   standby. Each statement reads what is committed by then: with a role's default of repeatable read a batch
   would decide on what was there before it had its locks. */
static const char session_settings[] = "set search_path = pg_catalog;"
                                       "set client_min_messages = warning;"
                                       "set default_transaction_isolation = 'read committed';"
                                       "set jit = off;"
                                       "set max_parallel_workers_per_gather = 0;"
                                       "set plan_cache_mode = force_generic_plan;"
                                       "set enable_seqscan = off;"
                                       "set statement_timeout = '4s';"
                                       "set lock_timeout = '1500ms';"
                                       "set idle_in_transaction_session_timeout = '2s'";

struct db_options store_session_options(const char *conninfo)
{
    return (struct db_options){.conninfo = conninfo,
                               .service = "ledger-svc",
                               .settings = session_settings,
                               .statements = ledger_statements,
                               .statement_count = LEDGER_SQL_COUNT,
                               .connect_timeout_ms = 2000,
                               .query_timeout_ms = 6000};
}

enum status store_check_durability(struct db *db, char *ret_reason, size_t reason_size)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    enum status s = db_query(db, LEDGER_SQL_READ_DURABILITY_SETTINGS, NULL, &r);
    if (s != STATUS_OK)
        return s;
    for (int i = 0; i < PQntuples(r); i++) {
        struct str name = db_get_str(r, i, 0), value = db_get_str(r, i, 1);
        if (db_get_bool(r, i, 2))
            continue;
        (void)snprintf(ret_reason, reason_size, "%.*s is %.*s", (int)name.len, name.data, (int)value.len,
                       value.data);
        return STATUS_FAILED;
    }
    return STATUS_OK;
}

static void wait_for_second_look(void)
{
    struct timespec pause = {.tv_nsec = SECOND_LOOK_MS * 1000000L};
    while (nanosleep(&pause, &pause) != 0)
        ;
}

static void add_sessions(struct db_params *p, const PGresult *sessions)
{
    db_array_open(p, DB_INT4);
    for (int i = 0; i < PQntuples(sessions); i++)
        db_array_int(p, db_get_int(sessions, i, 0));
    db_array_close(p);
    db_array_open(p, DB_TIME);
    for (int i = 0; i < PQntuples(sessions); i++)
        db_array_time(p, db_get_time(sessions, i, 1));
    db_array_close(p);
}

enum status store_end_stalled(struct db *db, int64_t *ret_ended)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *sessions = NULL;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, STALLED_PARAMS_MAX);
    enum status s = db_query(db, LEDGER_SQL_LIST_STALLED_SESSIONS, NULL, &sessions);
    if (s != STATUS_OK)
        return s;
    if (PQntuples(sessions) == 0) {
        *ret_ended = 0;
        return STATUS_OK;
    }
    wait_for_second_look();
    add_sessions(&p, sessions);
    s = db_query(db, LEDGER_SQL_END_STALLED_SESSIONS, &p, &r);
    if (s == STATUS_OK)
        *ret_ended = db_get_int(r, 0, 0);
    return s;
}

enum status store_partition_days(struct db *db, int64_t *ret_days_ahead)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    enum status s = db_query(db, LEDGER_SQL_COUNT_PARTITION_DAYS, NULL, &r);
    if (s == STATUS_OK)
        *ret_days_ahead = db_get_int(r, 0, 0);
    return s;
}
