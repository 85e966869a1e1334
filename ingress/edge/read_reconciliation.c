/* read_reconciliation.c - runs of recon-svc, what they found and what was decided about it. */
#include "ingress/edge/reads.h"
#include "ingress/store/bounds.h"
#include "ingress/store/reconciliation.h"
#include "shared/rows/anomaly_row.h"

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
        anomaly_row(anomalies, i, &a);
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

static struct list_place run_in_list(const struct exchange *ex, struct json_out *out, const PGresult *r,
                                     int row)
{
    (void)ex;
    struct recon_run_row run;
    recon_run_list_read(r, row, &run);
    if (run.is_wanted) {
        recon_run_open(out, &run.resource);
        json_object_close(out);
    }
    return (struct list_place){{.id = run.resource.id}, run.is_last};
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
    reads_list(ex, &page, r, run_in_list);
}

static struct list_place anomaly_in_list(const struct exchange *ex, struct json_out *out, const PGresult *r,
                                         int row)
{
    (void)ex;
    struct recon_anomaly_row a;
    recon_anomaly_list_read(r, row, &a);
    if (a.is_wanted) {
        recon_anomaly_write(out, &a.resource);
    }
    return (struct list_place){{.id = a.resource.id}, a.is_last};
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
    reads_list(ex, &page, r, anomaly_in_list);
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
    anomaly_row(r, 0, &a);
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
