/* reconciliation.c - see reconciliation.h. */
#include "ingress/store/reconciliation.h"

#include "ingress/store/bounds.h"
#include "ingress_statements.h"
#include "shared/rows/anomaly_row.h"

#define PARAMS_MAX 4096

enum run_column {
    RUN_ID,
    RUN_MODE,
    RUN_TRIGGER,
    RUN_ACTOR,
    RUN_STATE,
    RUN_ERROR,
    RUN_SUMMARY,
    RUN_EVENTS,
    RUN_ENTRIES,
    RUN_ACCOUNTS,
    RUN_STARTED,
    RUN_FINISHED,
    RUN_IS_COMPLETE,
    RUN_COVERED,
    RUN_NEWEST,
    RUN_IS_WANTED,
    RUN_IS_LAST
};
/* Behind those of anomaly_row. */
enum anomaly_column { COL_IS_WANTED = ANOMALY_ROW_COLUMNS, COL_IS_LAST };
enum decision_column { COL_ACTION, COL_ACTOR, COL_NOTE, COL_CREATED };

static enum status query_id(struct db *db, int statement, const struct uuid *id, PGresult **ret_result)
{
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, id);
    return db_query(db, statement, &p, ret_result);
}

enum status recon_runs_find_latest(struct db *db, const void *args, PGresult **ret_result)
{
    (void)args;
    return db_query(db, INGRESS_SQL_FIND_LATEST_RECONCILE_RUN, NULL, ret_result);
}

enum status recon_runs_find(struct db *db, const void *args, PGresult **ret_result)
{
    return query_id(db, INGRESS_SQL_FIND_RECONCILE_RUN, args, ret_result);
}

enum status recon_runs_list(struct db *db, const void *args, PGresult **ret_result)
{
    const struct recon_run_list *l = args;
    struct uuid first = bounds_first_id(l->from_us), end = bounds_end_id(&l->before, l->until_us);
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, &end);
    db_param_uuid(&p, &first);
    db_param_text(&p, l->mode);
    db_param_text(&p, l->state);
    db_param_int8(&p, l->limit);
    return db_query(db, INGRESS_SQL_LIST_RECONCILE_RUNS, &p, ret_result);
}

enum status recon_anomalies_of_run(struct db *db, const void *args, PGresult **ret_result)
{
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, args);
    db_param_int8(&p, ANOMALIES_OF_RUN_MAX);
    return db_query(db, INGRESS_SQL_LIST_ANOMALIES_OF_RUN, &p, ret_result);
}

enum status recon_anomalies_find(struct db *db, const void *args, PGresult **ret_result)
{
    return query_id(db, INGRESS_SQL_FIND_ANOMALY, args, ret_result);
}

enum status recon_anomalies_decisions(struct db *db, const void *args, PGresult **ret_result)
{
    return query_id(db, INGRESS_SQL_LIST_ANOMALY_DECISIONS, args, ret_result);
}

static bool is_settled(struct str state)
{
    return str_eq_c(state, "resolved") || str_eq_c(state, "written_off");
}

enum status recon_anomalies_list(struct db *db, const void *args, PGresult **ret_result)
{
    const struct recon_anomaly_list *l = args;
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, &l->before);
    db_param_text(&p, l->code);
    db_param_text(&p, l->check);
    db_param_text(&p, l->severity);
    db_param_text(&p, l->family);
    db_param_text(&p, l->object);
    db_param_text(&p, l->state);
    db_param_int8(&p, l->limit);
    return db_query(
        db, is_settled(l->state) ? INGRESS_SQL_LIST_SETTLED_ANOMALIES : INGRESS_SQL_LIST_UNRESOLVED_ANOMALIES,
        &p, ret_result);
}

void recon_run_read(const PGresult *r, int row, struct recon_run_resource *ret_run)
{
    *ret_run = (struct recon_run_resource){
        .id = db_get_uuid(r, row, RUN_ID),
        .mode = db_get_str(r, row, RUN_MODE),
        .trigger = db_get_str(r, row, RUN_TRIGGER),
        .actor = db_get_str(r, row, RUN_ACTOR),
        .state = db_get_str(r, row, RUN_STATE),
        .error = db_get_str(r, row, RUN_ERROR),
        .summary = db_get_str(r, row, RUN_SUMMARY),
        .events = db_get_int(r, row, RUN_EVENTS),
        .entries = db_get_int(r, row, RUN_ENTRIES),
        .accounts = db_get_int(r, row, RUN_ACCOUNTS),
        .started_us = db_get_time(r, row, RUN_STARTED),
        .finished_us = db_is_null(r, row, RUN_FINISHED) ? 0 : db_get_time(r, row, RUN_FINISHED),
        .has_coverage = !db_is_null(r, row, RUN_IS_COMPLETE) && !db_is_null(r, row, RUN_NEWEST),
    };
    if (ret_run->has_coverage) {
        ret_run->is_complete = db_get_bool(r, row, RUN_IS_COMPLETE);
        ret_run->covered_seq = db_get_int(r, row, RUN_COVERED);
        ret_run->newest_seq = db_get_int(r, row, RUN_NEWEST);
    }
}

void recon_run_list_read(const PGresult *r, int row, struct recon_run_row *ret_row)
{
    recon_run_read(r, row, &ret_row->resource);
    ret_row->is_wanted = db_get_bool(r, row, RUN_IS_WANTED);
    ret_row->is_last = db_get_bool(r, row, RUN_IS_LAST);
}

void recon_anomaly_list_read(const PGresult *r, int row, struct recon_anomaly_row *ret_row)
{
    anomaly_row(r, row, &ret_row->resource);
    ret_row->is_wanted = db_get_bool(r, row, COL_IS_WANTED);
    ret_row->is_last = db_get_bool(r, row, COL_IS_LAST);
}

void recon_decision_read(const PGresult *r, int row, struct recon_decision_resource *ret_decision)
{
    *ret_decision = (struct recon_decision_resource){.action = db_get_str(r, row, COL_ACTION),
                                                     .actor = db_get_str(r, row, COL_ACTOR),
                                                     .note = db_get_str(r, row, COL_NOTE),
                                                     .created_us = db_get_time(r, row, COL_CREATED)};
}
