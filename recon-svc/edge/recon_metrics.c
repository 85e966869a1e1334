/* recon_metrics.c - see recon_metrics.h. */
#include "recon-svc/edge/recon_metrics.h"

#include <stdio.h>

#include "shared/core/clock.h"

#define US_PER_S INT64_C(1000000)

struct recon_metrics recon_metrics;

static const char *const results[] = {[RUN_COMPLETED] = "completed",
                                      [RUN_PARTIAL] = "partial",
                                      [RUN_BUSY] = "busy",
                                      [RUN_FAILED] = "failed",
                                      [RUN_STOPPED] = "stopped"};
#define RESULTS (sizeof results / sizeof results[0])
static const char *const modes[] = {"incremental", "full"};
static struct metric *run_counters[2][RESULTS];
static struct metric *open_gauges[CHECK_COUNT];
static const double run_bounds[] = {0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 600, 1800, 3600};

static void register_runs(void)
{
    char labels[80];
    for (size_t m = 0; m < 2; m++) {
        for (size_t i = 0; i < RESULTS; i++) {
            (void)snprintf(labels, sizeof labels, "mode=\"%s\",result=\"%s\"", modes[m], results[i]);
            run_counters[m][i] =
                metrics_counter("paybus_recon_runs_total", "Runs, by how they ended.", labels);
        }
    }
}

static void register_checks(void)
{
    char labels[128];
    for (int c = 0; c < CHECK_COUNT; c++) {
        const struct check_row *row = check_row((enum check)c);
        (void)snprintf(labels, sizeof labels, "code=\"%s\",severity=\"%s\"", row->code,
                       severity_word(row->severity));
        open_gauges[c] = metrics_gauge("paybus_recon_anomalies", "Open anomalies.", labels);
    }
}

void recon_metrics_init(void)
{
    struct recon_metrics *m = &recon_metrics;
    m->run_seconds =
        metrics_histogram("paybus_recon_run_duration_seconds", "From the beginning of a run to its end.", "",
                          run_bounds, sizeof run_bounds / sizeof run_bounds[0]);
    m->last_success = metrics_gauge("paybus_recon_last_success_timestamp_seconds",
                                    "When a run last looked at all that there was.", "");
    m->last_full_success = metrics_gauge("paybus_recon_last_full_success_timestamp_seconds",
                                         "When a full run last looked at all that there was.", "");
    m->events =
        metrics_counter("paybus_recon_rows_scanned_total", "What runs have looked at.", "table=\"events\"");
    m->entries =
        metrics_counter("paybus_recon_rows_scanned_total", "What runs have looked at.", "table=\"entries\"");
    m->accounts =
        metrics_counter("paybus_recon_rows_scanned_total", "What runs have looked at.", "table=\"accounts\"");
    m->watermark =
        metrics_gauge("paybus_recon_watermark_seq", "Number of the last event that was looked at.", "");
    m->watermark_lag = metrics_gauge(
        "paybus_recon_watermark_lag_seconds",
        "How old the oldest event is that no completed run has looked at; 0: there is none.", "");
    m->interval = metrics_gauge("paybus_recon_interval_seconds",
                                "From one incremental run to the next, as it is set.", "");
    m->is_running = metrics_gauge("paybus_recon_running", "1 while a run is under way.", "");
    m->runs_missed = metrics_gauge("paybus_recon_runs_missed",
                                   "How many intervals ago the last run should have been completed.", "");
    m->full_runs_missed = metrics_gauge("paybus_recon_full_runs_missed",
                                        "How many full intervals ago the last full run was completed.", "");
    m->database_connects =
        metrics_counter("paybus_recon_database_connects_total", "Database connections opened.", "");
    m->events_consumed = metrics_counter("paybus_recon_events_consumed_total",
                                         "Events that the projection of balances has consumed.", "");
    m->events_pending = metrics_gauge("paybus_recon_events_pending",
                                      "Events that the projection of balances has still to consume.", "");
    m->reconciliation = heartbeat_add("reconciliation");
    register_runs();
    register_checks();
    statement_metrics_init();
}

void recon_metrics_count_run(const struct run_result *result, bool is_full)
{
    struct recon_metrics *m = &recon_metrics;
    metric_add(run_counters[is_full][result->end], 1);
    metric_add(m->events, result->counts.events);
    metric_add(m->entries, result->counts.entries);
    metric_add(m->accounts, result->counts.accounts);
    if (result->end != RUN_COMPLETED && result->end != RUN_PARTIAL)
        return;
    metric_observe_us(m->run_seconds, result->took_ms * 1000);
    metric_set(m->watermark, result->seq);
}

void recon_metrics_set_last_ends(const struct run_ages *ages)
{
    metric_set(recon_metrics.last_success, ages->any_us / US_PER_S);
    metric_set(recon_metrics.last_full_success, ages->full_us / US_PER_S);
    int64_t behind_s = ages->behind_s > 0 ? ages->behind_s : 0;
    metric_set(recon_metrics.watermark_lag, behind_s);
    heartbeat_until(recon_metrics.reconciliation, clock_monotonic_us() - behind_s * US_PER_S);
}

void recon_metrics_set_open(const int64_t counts[CHECK_COUNT])
{
    for (int c = 0; c < CHECK_COUNT; c++)
        metric_set(open_gauges[c], counts[c]);
}
