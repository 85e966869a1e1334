/* ledger_metrics.c - see ledger_metrics.h. */
#include "ledger-svc/edge/ledger_metrics.h"

#include <stdio.h>
#include <string.h>

#include "ledger-svc/edge/money_metrics.h"

#define SECONDS_PER_DAY 86400

struct ledger_metrics ledger_metrics;

static const char *const retry_states[] = {"40001", "40P01", "55P03", "57014", "57P01", "lost", "other"};
#define RETRY_STATES (sizeof retry_states / sizeof retry_states[0])
static struct metric *retry_counters[RETRY_STATES];

static const double batch_bounds[] = {1, 2, 4, 8, 16, 32, 64, 128, 256};

static void register_relay(enum relay_table table)
{
    char labels[64];
    (void)snprintf(labels, sizeof labels, "feed=\"%s\"", relay_table_name(table));
    ledger_metrics.relay[table].published =
        metrics_counter("paybus_ledger_relay_published_total",
                        "Rows that the stream acknowledged, repeated ones included.", labels);
    ledger_metrics.relay[table].seq =
        metrics_gauge("paybus_ledger_relay_seq", "Number of the last row that was published.", labels);
    ledger_metrics.relay[table].lag_seconds = metrics_gauge(
        "paybus_ledger_relay_lag_seconds", "How long ago all was published; 0 where others publish.", labels);
    ledger_metrics.relay[table].refill =
        metrics_gauge("paybus_ledger_relay_refill_rows",
                      "At most so many rows are still to be published again, beside what is new.", labels);
    ledger_metrics.relay[table].failures =
        metrics_counter("paybus_ledger_relay_failures_total",
                        "Times that publishing was broken off, to find out anew where to go on.", labels);
    ledger_metrics.relay[table].rewinds = metrics_counter(
        "paybus_ledger_relay_rewinds_total",
        "Times that it was published again because the stream or the cluster was another one.", labels);
}

static void register_stream(enum stream_name name)
{
    char labels[64];
    (void)snprintf(labels, sizeof labels, "stream=\"%s\"", stream_name_of(name));
    ledger_metrics.streams[name].messages =
        metrics_gauge("paybus_ledger_stream_messages",
                      "Messages in the stream, where it is looked at; 0 elsewhere.", labels);
    ledger_metrics.streams[name].bytes = metrics_gauge("paybus_ledger_stream_bytes", "Their bytes.", labels);
    ledger_metrics.streams[name].limit_bytes = metrics_gauge(
        "paybus_ledger_stream_limit_bytes", "How many it has room for; 0 where it is not looked at.", labels);
    ledger_metrics.streams[name].oldest_seconds =
        metrics_gauge("paybus_ledger_stream_oldest_seconds",
                      "How long ago the first of them was stored; 0 without any.", labels);
}

void ledger_metrics_init(void)
{
    struct ledger_metrics *m = &ledger_metrics;
    m->batch_commands =
        metrics_histogram("paybus_ledger_batch_commands", "Commands in one database transaction.", "",
                          batch_bounds, sizeof batch_bounds / sizeof batch_bounds[0]);
    m->batch_seconds =
        metrics_histogram("paybus_ledger_batch_duration_seconds", "From receiving a batch to its answers.",
                          "", METRICS_SECONDS_BOUNDS, METRICS_SECONDS_BOUNDS_COUNT);
    m->commit_seconds =
        metrics_histogram("paybus_ledger_store_duration_seconds", "Storing a batch's rows and its COMMIT.",
                          "", METRICS_SECONDS_BOUNDS, METRICS_SECONDS_BOUNDS_COUNT);
    m->queue_depth = metrics_gauge("paybus_ledger_queue_commands", "Commands waiting in this process.", "");
    m->malformed = metrics_counter("paybus_ledger_malformed_total", "Messages that were no command.", "");
    m->answers_lost = metrics_counter("paybus_ledger_answers_lost_total",
                                      "Answers that could not be sent because the bus was away.", "");
    m->replays =
        metrics_counter("paybus_ledger_replays_total", "Commands answered from a stored key or source.", "");
    m->webhook_duplicates = metrics_counter("paybus_ledger_webhook_duplicates_total",
                                            "Webhook events that had been accepted before.", "");
    m->bisections =
        metrics_counter("paybus_ledger_bisections_total", "Batches split after an unexpected failure.", "");
    m->poisonous = metrics_counter("paybus_ledger_poisonous_total", "Commands that failed alone.", "");
    m->books_broken = metrics_counter(
        "paybus_ledger_books_broken_total",
        "Commands refused because an account or a hold is not as the database's walls keep it.", "");
    m->unknown_commits = metrics_counter("paybus_ledger_unknown_commits_total",
                                         "COMMITs whose answer was lost and that were then resolved.", "");
    m->database_connects =
        metrics_counter("paybus_ledger_database_connects_total", "Database connections opened.", "");
    m->stalled_sessions =
        metrics_counter("paybus_ledger_stalled_sessions_ended_total",
                        "Database sessions of stopped ledger-svc processes that this one ended.", "");
    m->blocks_sealed =
        metrics_counter("paybus_ledger_blocks_sealed_total", "Blocks that this process sealed.", "");
    m->block_number = metrics_gauge("paybus_ledger_block_number", "The newest sealed block.", "");
    m->sealed_seq =
        metrics_gauge("paybus_ledger_sealed_seq", "Number of the last event that is sealed in a block.", "");
    m->seal_lag_seconds = metrics_gauge("paybus_ledger_seal_lag_seconds",
                                        "Age of the oldest event that is not sealed; 0 if all are.", "");
    m->expiry_leads = metrics_gauge("paybus_ledger_expiry_leads",
                                    "1 where holds are expired; the sum over all instances is 1.", "");
    m->holds_open = metrics_gauge("paybus_ledger_holds_open",
                                  "Open holds, at most 100000, where holds are expired; 0 elsewhere.", "");
    m->holds_overdue_seconds =
        metrics_gauge("paybus_ledger_holds_overdue_seconds",
                      "For how long the longest overdue hold has been due; 0: none is.", "");
    m->relay_leads =
        metrics_gauge("paybus_ledger_relay_leads",
                      "1 where events and work are published; the sum over all instances is 1.", "");
    for (size_t i = 0; i < RELAY_TABLES; i++)
        register_relay((enum relay_table)i);
    for (size_t i = 0; i < STREAM_COUNT; i++)
        register_stream((enum stream_name)i);
    command_metrics_init();
    contention_metrics_init();
    money_metrics_init();
    for (size_t i = 0; i < RETRY_STATES; i++) {
        char labels[64];
        (void)snprintf(labels, sizeof labels, "sqlstate=\"%s\"", retry_states[i]);
        retry_counters[i] =
            metrics_counter("paybus_ledger_batch_retries_total", "Batches repeated, by SQLSTATE.", labels);
    }
}

void ledger_metrics_set_partitions(int64_t days)
{
    metric_set(metrics_gauge("paybus_ledger_partitions_ahead_seconds",
                             "For how long after today there are partitions; negative: today has none.", ""),
               days * SECONDS_PER_DAY);
}

void ledger_metrics_count_retry(const char *sqlstate)
{
    if (sqlstate[0] == '\0')
        sqlstate = "lost";
    for (size_t i = 0; i + 1 < RETRY_STATES; i++) {
        if (strcmp(sqlstate, retry_states[i]) == 0) {
            metric_add(retry_counters[i], 1);
            return;
        }
    }
    metric_add(retry_counters[RETRY_STATES - 1], 1);
}
