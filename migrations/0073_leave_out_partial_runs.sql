-- A run that did not look at all that there was is no reconciliation of the books: the figures of a demonstration have the last
-- one that did.
create or replace view api.demo_stats as
    select (select count(*) from paybus.dead_letters d where d.resolved_at is null) as dlq_size,
           (select count(*) from paybus.webhook_events)
               - (select count(*) from paybus.work w
                  where w.state in ('received', 'processing', 'failed') and w.kind = 'webhook')
               - (select count(*) from paybus.work w where w.state = 'dead' and w.kind = 'webhook') as processed_webhooks,
           (select c.value from paybus.counters c where c.name = 'webhook_duplicates') as deduped_webhooks,
           (select count(*) from paybus.holds h where h.status in ('authorized', 'partially_captured')) as active_holds,
           (select c.value from paybus.counters c where c.name = 'idempotency_replays') as idempotency_replays,
           (select r.finished_at from paybus.reconcile_runs r where r.state = 'completed' and not r.is_partial
            order by r.finished_at desc limit 1) as last_reconcile_at,
           (select count(*) from paybus.reconcile_runs r where r.state = 'completed') as reconcile_runs_total;
