/* demo_stats.h - the figures of a demonstration as api.demo_stats shows them. */
#ifndef INGRESS_STORE_DEMO_STATS_H
#define INGRESS_STORE_DEMO_STATS_H

#include "shared/io/db.h"

struct demo_stats_row {
    int64_t dlq_size, processed_webhooks, deduped_webhooks, active_holds, idempotency_replays;
    int64_t last_reconcile_us; /* 0: never */
    int64_t reconcile_runs;
};
/* args: NULL. */
NODISCARD enum status demo_stats_read(struct db *db, const void *args, PGresult **ret_result);
void demo_stats_row(const PGresult *r, struct demo_stats_row *ret_stats);

#endif
