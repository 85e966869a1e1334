-- What is counted for good, though nothing is stored of it: answers that were given again. ledger-svc adds up in memory and writes
-- once a second, so that a replay costs no row; a process that is killed takes its last second with it.
create table paybus.counters (
    name  text primary key check (name in ('idempotency_replays', 'webhook_duplicates')),
    value bigint not null default 0 check (value >= 0)
);
comment on table paybus.counters is 'Sums over all processes and restarts';
comment on column paybus.counters.name is 'What is counted';
comment on column paybus.counters.value is 'How often, within a second of it';
insert into paybus.counters (name) values ('idempotency_replays'), ('webhook_duplicates');

-- The figures of a demonstration: counted when they are asked for, and only then.
create view api.demo_stats as
    select (select count(*) from paybus.dead_letters d where d.resolved_at is null) as dlq_size,
           (select count(*) from paybus.webhook_events)
               - (select count(*) from paybus.work w
                  where w.state in ('received', 'processing', 'failed') and w.kind = 'webhook')
               - (select count(*) from paybus.work w where w.state = 'dead' and w.kind = 'webhook') as processed_webhooks,
           (select c.value from paybus.counters c where c.name = 'webhook_duplicates') as deduped_webhooks,
           (select count(*) from paybus.holds h where h.status in ('authorized', 'partially_captured')) as active_holds,
           (select c.value from paybus.counters c where c.name = 'idempotency_replays') as idempotency_replays,
           null::timestamptz as last_reconcile_at,
           0::bigint as reconcile_runs_total;
comment on view api.demo_stats is 'Figures of a demonstration';
comment on column api.demo_stats.dlq_size is 'Open dead letters';
comment on column api.demo_stats.processed_webhooks is 'Inbound events that were worked off';
comment on column api.demo_stats.deduped_webhooks is 'Inbound events that had been accepted before';
comment on column api.demo_stats.active_holds is 'Holds that are open';
comment on column api.demo_stats.idempotency_replays is 'Answers that were given again';
comment on column api.demo_stats.last_reconcile_at is 'When the books were reconciled last; null: never';
comment on column api.demo_stats.reconcile_runs_total is 'How often the books were reconciled';

grant select on paybus.counters to paybus_ledger, paybus_recon;
grant update (value) on paybus.counters to paybus_ledger;
grant select on api.demo_stats to paybus_ingress;
