-- A run that could not look at all that was there is no success: it says how far it came.
alter table paybus.reconcile_runs
    add column newest_seq bigint,
    add column is_partial boolean not null default false;
comment on column paybus.reconcile_runs.newest_seq is 'The newest event at its beginning; null: of before that was noted';
comment on column paybus.reconcile_runs.is_partial is
    'A transaction that did not end kept it from what is behind mark_seq: completed, but no success';
grant update (is_partial) on paybus.reconcile_runs to paybus_recon;

create or replace view api.reconcile_runs as
    select id, mode, trigger, actor, state, error, summary, events, entries, accounts, started_at, finished_at,
           case when state = 'completed' then not is_partial end as is_complete,
           case when state = 'completed' then mark_seq end as covered_seq, newest_seq
    from paybus.reconcile_runs;
comment on column api.reconcile_runs.is_complete is 'Did it look at all that was there? null: it was not completed';
comment on column api.reconcile_runs.covered_seq is 'The last event that it looked at; null: it was not completed';
comment on column api.reconcile_runs.newest_seq is 'The newest event at its beginning; null: not noted';
