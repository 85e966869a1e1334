-- The figures of a demonstration. One row.
select dlq_size, processed_webhooks, deduped_webhooks, active_holds, idempotency_replays, last_reconcile_at, reconcile_runs_total
from api.demo_stats
