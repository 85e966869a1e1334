/* read_reconciliation.c - runs of recon-svc, what they found and what was decided about it. */
#include "ingress/edge/reads.h"
#include "ingress/store/bounds.h"
#include "ingress/store/reconciliation.h"

/* A run, and what was open at its end. */
static void answer_report(struct exchange *ex, const PGresult *row)
{
    PGresult *anomalies CLEANUP(db_result_ptr) = NULL;
    if (PQntuples(row) == 0) {
        exchange_refuse(ex, OUTCOME_not_found, NULL);
        return;
    }
    struct recon_run_resource run;
    recon_run_read(row, 0, &run);
    if (!reads_run(ex, recon_anomalies_of_run, &run.id, &anomalies)) {
        return;
    }
    struct json_out out = exchange_json(ex);
    recon_run_open(&out, &run);
    json_key(&out, "anomalies");
    json_array_open(&out);
    for (int i = 0; i < PQntuples(anomalies); i++) {
        struct recon_anomaly_resource a;
        recon_anomaly_read(anomalies, i, &a);
        recon_anomaly_write(&out, &a);
    }
    json_array_close(&out);
    json_object_close(&out);
}

void reads_latest_reconcile_run(struct exchange *ex)
{
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    if (reads_run(ex, recon_runs_find_latest, NULL, &r)) {
        answer_report(ex, r);
    }
}

void reads_reconcile_run(struct exchange *ex)
{
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    if (reads_run(ex, recon_runs_find, &ex->uuid, &r)) {
        answer_report(ex, r);
    }
}

void reads_reconcile_runs(struct exchange *ex)
{
    struct page page;
    if (!reads_page(ex, &page)) {
        return;
    }
    const struct recon_run_list list = {
        .mode = exchange_param(ex, "mode")->text,
        .state = exchange_param(ex, "status")->text,
        .from_us = reads_time(ex, "created_from", TIME_FIRST_US),
        .until_us = reads_time(ex, "created_to", TIME_LAST_US),
        .before = page.has_cursor ? page.cursor.id : UUID_LAST,
        .limit = page.limit + 1,
    };
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    if (!reads_run(ex, recon_runs_list, &list, &r)) {
        return;
    }
    int rows = PQntuples(r), taken = rows > page.limit ? (int)page.limit : rows;
    bool has_more = rows > taken;
    struct cursor last = {0};
    struct json_out out = reads_list_open(ex);
    for (int i = 0; i < taken; i++) {
        struct recon_run_row run;
        recon_run_list_read(r, i, &run);
        if (run.is_wanted) {
            recon_run_open(&out, &run.resource);
            json_object_close(&out);
        }
        has_more = has_more || run.is_last;
        last.id = run.resource.id;
    }
    reads_list_close(&out, &page, has_more ? &last : NULL);
}

void reads_anomalies(struct exchange *ex)
{
    struct page page;
    if (!reads_page(ex, &page)) {
        return;
    }
    const struct recon_anomaly_list list = {
        .code = exchange_param(ex, "code")->text,
        .check = exchange_param(ex, "check")->text,
        .severity = exchange_param(ex, "severity")->text,
        .family = exchange_param(ex, "family")->text,
        .object = exchange_param(ex, "object")->text,
        .state = exchange_param(ex, "state")->text,
        .before = page.has_cursor ? page.cursor.id : UUID_LAST,
        .limit = page.limit + 1,
    };
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    if (!reads_run(ex, recon_anomalies_list, &list, &r)) {
        return;
    }
    int rows = PQntuples(r), taken = rows > page.limit ? (int)page.limit : rows;
    bool has_more = rows > taken;
    struct cursor last = {0};
    struct json_out out = reads_list_open(ex);
    for (int i = 0; i < taken; i++) {
        struct recon_anomaly_row a;
        recon_anomaly_list_read(r, i, &a);
        if (a.is_wanted) {
            recon_anomaly_write(&out, &a.resource);
        }
        has_more = has_more || a.is_last;
        last.id = a.resource.id;
    }
    reads_list_close(&out, &page, has_more ? &last : NULL);
}

void reads_anomaly(struct exchange *ex)
{
    PGresult *r CLEANUP(db_result_ptr) = NULL, *decisions CLEANUP(db_result_ptr) = NULL;
    if (!reads_run(ex, recon_anomalies_find, &ex->uuid, &r)) {
        return;
    }
    if (PQntuples(r) == 0) {
        exchange_refuse(ex, OUTCOME_not_found, NULL);
        return;
    }
    if (!reads_run(ex, recon_anomalies_decisions, &ex->uuid, &decisions)) {
        return;
    }
    struct recon_anomaly_resource a;
    recon_anomaly_read(r, 0, &a);
    struct json_out out = exchange_json(ex);
    recon_anomaly_open(&out, &a);
    json_key(&out, "decisions");
    json_array_open(&out);
    for (int i = 0; i < PQntuples(decisions); i++) {
        struct recon_decision_resource d;
        recon_decision_read(decisions, i, &d);
        recon_decision_write(&out, &d);
    }
    json_array_close(&out);
    json_object_close(&out);
}
