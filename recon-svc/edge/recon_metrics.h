/* recon_metrics.h - what recon-svc counts. */
#ifndef RECON_EDGE_RECON_METRICS_H
#define RECON_EDGE_RECON_METRICS_H

#include "recon-svc/domain/check.h"
#include "recon-svc/edge/run.h"
#include "recon-svc/edge/statement_intake.h"
#include "shared/io/db.h"
#include "shared/io/heartbeat.h"
#include "shared/io/metrics.h"

struct recon_metrics {
    struct metric *run_seconds;                 /* histogram */
    struct metric *last_success;                /* gauge: unix time, by mode */
    struct metric *last_full_success;           /* gauge */
    struct metric *events, *entries, *accounts; /* counters: looked at */
    struct metric *watermark;                   /* gauge: number of the last event looked at */
    struct metric *watermark_lag;               /* gauge: age of the oldest event not looked at */
    struct metric *interval;                    /* gauge: as set */
    struct metric *is_running;                  /* gauge */
    struct metric *runs_missed;       /* gauge: intervals since the last success, without the one under way */
    struct metric *full_runs_missed;  /* gauge: the same of full ones */
    struct metric *database_connects; /* counter */
    struct metric *events_consumed;   /* counter: by the projection */
    struct metric *events_pending;    /* gauge: behind the last one that was consumed */
    struct heartbeat *reconciliation; /* of runs */
};
extern struct recon_metrics recon_metrics;

/* Registers every series at zero. */
void recon_metrics_init(void);
void statement_metrics_init(void); /* its part: statement_metrics.c */
/* paybus_recon_runs_total{mode,result} and what the run looked at. */
void recon_metrics_count_run(const struct run_result *result, bool is_full);
/* How long ago runs were completed last, by whomever, and how far they are behind. */
void recon_metrics_set_last_ends(const struct run_ages *ages);
/* paybus_recon_statements_total{end} and, of a new one, paybus_recon_statement_results_total{result} and
   paybus_recon_statement_lines_total{match}. */
void recon_metrics_count_statement(const struct intake_result *result);
/* paybus_recon_unmatched_amount, paybus_recon_unmatched_lines and
   paybus_recon_unmatched_oldest_timestamp_seconds{currency,result}: sum_unmatched.sql's rows. */
void recon_metrics_set_unmatched(const PGresult *r);
/* paybus_recon_anomalies{code,severity}: open ones. */
void recon_metrics_set_open(const int64_t counts[CHECK_COUNT]);

#endif
