/* contention_metrics.c - whether batches wait for each other, and whether one account is why. An account's
   version counts its entries, so that what a batch added to it is known without counting. */
#include "ledger-svc/edge/ledger_metrics.h"

static const double wait_bounds[] = {0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1};
static const double entry_bounds[] = {0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 1024};
static struct metric *waits, *busiest;

void contention_metrics_init(void)
{
    waits = metrics_histogram("paybus_ledger_lock_duration_seconds",
                              "Until a batch had the locks of its keys and accounts.", "", wait_bounds,
                              sizeof wait_bounds / sizeof wait_bounds[0]);
    busiest = metrics_histogram("paybus_ledger_batch_busiest_account_entries",
                                "Entries of a batch on the account that has most of them.", "", entry_bounds,
                                sizeof entry_bounds / sizeof entry_bounds[0]);
}

void contention_metrics_count(const struct ledger *l, int64_t locks_took_us)
{
    int64_t most = 0;
    for (size_t i = 0; i < l->account_count; i++) {
        int64_t entries = l->accounts[i]->version - l->accounts[i]->loaded_version;
        if (entries > most)
            most = entries;
    }
    metric_observe_us(waits, locks_took_us);
    metric_observe(busiest, most);
}
