-- What operators see of reconciliation, and what they decide about it.
alter table paybus.reconcile_runs add column summary json;
comment on column paybus.reconcile_runs.summary is 'How many anomalies were open at its end, by family';
alter table paybus.reconcile_anomalies add column write_off_by text;
comment on column paybus.reconcile_anomalies.write_off_by is 'Who asked for it to be written off, which another person approves; null: nobody';
create index reconcile_anomalies_unresolved on paybus.reconcile_anomalies (id) where state in ('open', 'acknowledged');
create index reconcile_anomalies_by_last_run on paybus.reconcile_anomalies (last_run_id);

grant update (summary) on paybus.reconcile_runs to paybus_recon;
grant update (write_off_by) on paybus.reconcile_anomalies to paybus_recon;

create view api.reconcile_runs as
    select id, mode, trigger, actor, state, error, summary, events, entries, accounts, started_at, finished_at
    from paybus.reconcile_runs;
comment on view api.reconcile_runs is 'Runs of recon-svc';
comment on column api.reconcile_runs.id is 'run_ TypeID';
comment on column api.reconcile_runs.mode is 'incremental or full';
comment on column api.reconcile_runs.trigger is 'schedule, request or once';
comment on column api.reconcile_runs.actor is 'Who asked for it';
comment on column api.reconcile_runs.state is 'running, completed, failed or aborted';
comment on column api.reconcile_runs.error is 'Why it failed';
comment on column api.reconcile_runs.summary is 'How many anomalies were open at its end, by family';
comment on column api.reconcile_runs.events is 'Events looked at';
comment on column api.reconcile_runs.entries is 'Entries looked at, by account';
comment on column api.reconcile_runs.accounts is 'Accounts looked at';
comment on column api.reconcile_runs.started_at is 'When';
comment on column api.reconcile_runs.finished_at is 'When it ended';

create view api.reconcile_anomalies as
    select id, code, check_id, severity, family, object_type, object, currency, expected, actual, detail, state, write_off_by,
           first_seen_at, last_seen_at, first_run_id, last_run_id
    from paybus.reconcile_anomalies;
comment on view api.reconcile_anomalies is 'What recon-svc found';
comment on column api.reconcile_anomalies.id is 'an_ TypeID';
comment on column api.reconcile_anomalies.code is 'What is wrong';
comment on column api.reconcile_anomalies.check_id is 'R01..';
comment on column api.reconcile_anomalies.severity is 'critical, error or warning';
comment on column api.reconcile_anomalies.family is 'Under which it is counted';
comment on column api.reconcile_anomalies.object_type is 'account, transaction, hold, ...';
comment on column api.reconcile_anomalies.object is 'Which one';
comment on column api.reconcile_anomalies.currency is 'Of the amounts';
comment on column api.reconcile_anomalies.expected is 'What should be there';
comment on column api.reconcile_anomalies.actual is 'What is there';
comment on column api.reconcile_anomalies.detail is 'A sentence for people';
comment on column api.reconcile_anomalies.state is 'open, acknowledged, resolved or written_off';
comment on column api.reconcile_anomalies.write_off_by is 'Who asked for it to be written off';
comment on column api.reconcile_anomalies.first_seen_at is 'When it was found, or found again';
comment on column api.reconcile_anomalies.last_seen_at is 'When it was found last';
comment on column api.reconcile_anomalies.first_run_id is 'By which run';
comment on column api.reconcile_anomalies.last_run_id is 'The newest run that found it';

create view api.reconcile_decisions as
    select id, anomaly_id, action, actor, note, created_at from paybus.reconcile_decisions;
comment on view api.reconcile_decisions is 'Who did what about an anomaly';
comment on column api.reconcile_decisions.id is 'Their order';
comment on column api.reconcile_decisions.anomaly_id is 'About which';
comment on column api.reconcile_decisions.action is 'What';
comment on column api.reconcile_decisions.actor is 'Who';
comment on column api.reconcile_decisions.note is 'Why';
comment on column api.reconcile_decisions.created_at is 'When';

create or replace view api.demo_stats as
    select (select count(*) from paybus.dead_letters d where d.resolved_at is null) as dlq_size,
           (select count(*) from paybus.webhook_events)
               - (select count(*) from paybus.work w
                  where w.state in ('received', 'processing', 'failed') and w.kind = 'webhook')
               - (select count(*) from paybus.work w where w.state = 'dead' and w.kind = 'webhook') as processed_webhooks,
           (select c.value from paybus.counters c where c.name = 'webhook_duplicates') as deduped_webhooks,
           (select count(*) from paybus.holds h where h.status in ('authorized', 'partially_captured')) as active_holds,
           (select c.value from paybus.counters c where c.name = 'idempotency_replays') as idempotency_replays,
           (select r.finished_at from paybus.reconcile_runs r where r.state = 'completed'
            order by r.finished_at desc limit 1) as last_reconcile_at,
           (select count(*) from paybus.reconcile_runs r where r.state = 'completed') as reconcile_runs_total;

grant select on api.reconcile_runs, api.reconcile_anomalies, api.reconcile_decisions to paybus_ingress;
