/* report.c - see report.h. */
#include "recon-svc/edge/report.h"

#include <string.h>

#include "recon-svc/domain/check.h"
#include "recon-svc/store/anomaly_rows.h"
#include "recon_statements.h"
#include "shared/core/json_out.h"

/* Places in read_run.sql. */
enum {
    RUN_ID,
    RUN_MODE,
    RUN_TRIGGER,
    RUN_ACTOR,
    RUN_STATE,
    RUN_EVENTS,
    RUN_ENTRIES,
    RUN_ACCOUNTS,
    RUN_TRUNCATED,
    RUN_ERROR,
    RUN_STARTED
};
/* Places in list_open_anomalies.sql. */
enum {
    ID,
    CODE,
    CHECK,
    SEVERITY,
    FAMILY,
    TYPE,
    OBJECT,
    CURRENCY,
    EXPECTED,
    ACTUAL,
    DETAIL,
    STATE,
    FIRST_SEEN,
    LAST_SEEN
};

static void write_text(struct json_out *o, const char *key, const PGresult *r, int row, int column)
{
    json_key(o, key);
    if (db_is_null(r, row, column))
        json_write_null(o);
    else
        json_str(o, db_get_str(r, row, column));
}

static void write_int(struct json_out *o, const char *key, const PGresult *r, int row, int column)
{
    json_key(o, key);
    if (db_is_null(r, row, column))
        json_write_null(o);
    else
        json_int(o, db_get_int(r, row, column));
}

static void write_time(struct json_out *o, const char *key, const PGresult *r, int row, int column)
{
    json_key(o, key);
    json_time(o, db_get_time(r, row, column));
}

static void write_anomaly(struct json_out *o, const PGresult *r, int row)
{
    struct uuid id = db_get_uuid(r, row, ID);
    json_object_open(o);
    json_key(o, "id");
    json_typeid(o, "an", &id);
    write_text(o, "code", r, row, CODE);
    write_text(o, "check", r, row, CHECK);
    write_text(o, "severity", r, row, SEVERITY);
    write_text(o, "object_type", r, row, TYPE);
    write_text(o, "object", r, row, OBJECT);
    write_text(o, "currency", r, row, CURRENCY);
    write_int(o, "expected", r, row, EXPECTED);
    write_int(o, "actual", r, row, ACTUAL);
    write_text(o, "detail", r, row, DETAIL);
    write_text(o, "state", r, row, STATE);
    write_time(o, "first_seen_at", r, row, FIRST_SEEN);
    write_time(o, "last_seen_at", r, row, LAST_SEEN);
    json_object_close(o);
}

static void write_summary(struct json_out *o, const int64_t counts[CHECK_COUNT])
{
    json_key(o, "summary");
    json_object_open(o);
    for (size_t f = 0; check_families[f] != NULL; f++) {
        int64_t sum = 0;
        for (int c = 0; c < CHECK_COUNT; c++)
            sum += strcmp(check_row((enum check)c)->family, check_families[f]) == 0 ? counts[c] : 0;
        json_key(o, check_families[f]);
        json_int(o, sum);
    }
    json_object_close(o);
}

static void write_run(struct json_out *o, const PGresult *r)
{
    struct uuid id = db_get_uuid(r, 0, RUN_ID);
    json_key(o, "run_id");
    json_typeid(o, "run", &id);
    write_time(o, "ran_at", r, 0, RUN_STARTED);
    write_text(o, "mode", r, 0, RUN_MODE);
    write_text(o, "trigger", r, 0, RUN_TRIGGER);
    write_text(o, "actor", r, 0, RUN_ACTOR);
    write_text(o, "status", r, 0, RUN_STATE);
    write_text(o, "error", r, 0, RUN_ERROR);
    json_key(o, "scanned");
    json_object_open(o);
    write_int(o, "events", r, 0, RUN_EVENTS);
    write_int(o, "entries", r, 0, RUN_ENTRIES);
    write_int(o, "accounts", r, 0, RUN_ACCOUNTS);
    json_object_close(o);
}

enum status report_write(struct store *s, const struct uuid *id, struct buf *out)
{
    CLEANUP(db_result_ptr) PGresult *run = NULL, *list = NULL;
    int64_t counts[CHECK_COUNT];
    struct json_out o;
    db_params_reset(&s->params);
    db_param_uuid(&s->params, id);
    enum status status = store_query(s, RECON_SQL_READ_RUN, &run);
    if (status == STATUS_OK && PQntuples(run) == 0)
        status = STATUS_NOT_FOUND;
    if (status == STATUS_OK)
        status = anomaly_rows_count(s, counts);
    if (status == STATUS_OK)
        status = anomaly_rows_list(s, REPORT_ANOMALIES_MAX, &list);
    if (status != STATUS_OK)
        return status;
    json_out_init(&o, out);
    json_object_open(&o);
    write_run(&o, run);
    write_summary(&o, counts);
    json_key(&o, "anomalies");
    json_array_open(&o);
    for (int i = 0; i < PQntuples(list); i++)
        write_anomaly(&o, list, i);
    json_array_close(&o);
    json_object_close(&o);
    return buf_status(out);
}
