/* session.c - see session.h. */
#include "ledger-svc/store/session.h"

#include <assert.h>
#include <stdio.h>
#include <time.h>

#include "ledger_statements.h"

#define STALLED_PARAMS_MAX (64 << 10)
#define SECOND_LOOK_MS     200

struct db_options store_session_options(const char *conninfo)
{
    return (struct db_options){.conninfo = conninfo,
                               .service = "ledger-svc",
                               .settings = db_writer_settings,
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
