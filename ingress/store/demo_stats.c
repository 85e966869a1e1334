/* demo_stats.c - see demo_stats.h. */
#include "ingress/store/demo_stats.h"

#include "ingress_statements.h"

enum status demo_stats_read(struct db *db, const void *args, PGresult **ret_result)
{
    (void)args;
    return db_query(db, INGRESS_SQL_READ_DEMO_STATS, NULL, ret_result);
}

void demo_stats_row(const PGresult *r, struct demo_stats_row *ret_stats)
{
    *ret_stats = (struct demo_stats_row){
        .dlq_size = db_get_int(r, 0, 0),
        .processed_webhooks = db_get_int(r, 0, 1),
        .deduped_webhooks = db_get_int(r, 0, 2),
        .active_holds = db_get_int(r, 0, 3),
        .idempotency_replays = db_get_int(r, 0, 4),
        .last_reconcile_us = db_is_null(r, 0, 5) ? 0 : db_get_time(r, 0, 5),
        .reconcile_runs = db_get_int(r, 0, 6),
    };
}
