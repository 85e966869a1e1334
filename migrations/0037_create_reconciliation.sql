-- What recon-svc knows: its runs, what they found, how far each account has been proved (docs/decisions/0020).

create table paybus.reconcile_runs (
    id              uuid primary key,
    mode            text not null check (mode in ('incremental', 'full')),
    trigger         text not null check (trigger in ('schedule', 'request', 'once')),
    actor           text not null,
    state           text not null default 'running' check (state in ('running', 'completed', 'failed', 'aborted')),
    instance        text not null,
    from_seq        bigint not null,
    mark_seq        bigint not null,
    mark_above      xid8 not null,
    next_seq        bigint,
    next_transaction uuid,
    block_number    bigint,
    block_hash      bytea,
    events          bigint not null default 0,
    entries         bigint not null default 0,
    accounts        bigint not null default 0,
    found           bigint not null default 0,
    is_truncated    boolean not null default false,
    error           text,
    started_at      timestamptz not null default clock_timestamp(),
    updated_at      timestamptz not null default clock_timestamp(),
    finished_at     timestamptz,
    constraint reconcile_runs_finished check ((state = 'running') = (finished_at is null)),
    constraint reconcile_runs_know_how_far
        check (state <> 'completed' or num_nulls(next_seq, next_transaction, block_number, block_hash) = 0)
);
create unique index reconcile_runs_running on paybus.reconcile_runs (state) where state = 'running';
create index reconcile_runs_completed on paybus.reconcile_runs (finished_at) where state = 'completed';
create index reconcile_runs_full on paybus.reconcile_runs (finished_at) where state = 'completed' and mode = 'full';
comment on table paybus.reconcile_runs is 'Runs of recon-svc, one at a time; the newest completed one says how far all is proved';
comment on column paybus.reconcile_runs.id is 'run_ TypeID';
comment on column paybus.reconcile_runs.mode is 'incremental: what is new and what is open; full: everything';
comment on column paybus.reconcile_runs.trigger is 'schedule, request (HTTP, NATS) or once (recon-svc --once)';
comment on column paybus.reconcile_runs.actor is 'Who asked for it';
comment on column paybus.reconcile_runs.state is 'running -> completed, failed (it says why) or aborted (its process ended)';
comment on column paybus.reconcile_runs.instance is 'Which recon-svc';
comment on column paybus.reconcile_runs.from_seq is 'Events after this number are looked at';
comment on column paybus.reconcile_runs.mark_seq is 'Up to this one: none below it is still to come';
comment on column paybus.reconcile_runs.mark_above is 'Once all transactions below this have ended, mark_seq is settled';
comment on column paybus.reconcile_runs.next_seq is
    'Events from here on have to be known to tell which transactions after next_transaction have one';
comment on column paybus.reconcile_runs.next_transaction is 'Transactions up to this id have been held against events';
comment on column paybus.reconcile_runs.block_number is 'The newest block of the chain that was verified; 0: none';
comment on column paybus.reconcile_runs.block_hash is 'Its hash';
comment on column paybus.reconcile_runs.events is 'Events looked at';
comment on column paybus.reconcile_runs.entries is 'Entries looked at, by account';
comment on column paybus.reconcile_runs.accounts is 'Accounts looked at';
comment on column paybus.reconcile_runs.found is 'Anomalies found, new or not';
comment on column paybus.reconcile_runs.is_truncated is 'There were more than are kept: nothing is taken for gone';
comment on column paybus.reconcile_runs.error is 'Why it failed';
comment on column paybus.reconcile_runs.started_at is 'When';
comment on column paybus.reconcile_runs.updated_at is 'When it last said how far it is';
comment on column paybus.reconcile_runs.finished_at is 'When it ended; of an aborted one, when that was noticed';

create table paybus.reconcile_anomalies (
    id          uuid primary key,
    code        text not null,
    check_id    text not null,
    severity    text not null check (severity in ('critical', 'error', 'warning')),
    family      text not null,
    object_type text not null,
    object      text not null,
    object_id   uuid,
    currency    text,
    expected    bigint,
    actual      bigint,
    detail      text not null,
    state       text not null default 'open' check (state in ('open', 'acknowledged', 'resolved', 'written_off')),
    first_seen_at  timestamptz not null,
    last_seen_at   timestamptz not null,
    first_run_id   uuid not null,
    last_run_id    uuid not null,
    unique (code, object)
);
create index reconcile_anomalies_open on paybus.reconcile_anomalies (object_type, object_id)
    where state in ('open', 'acknowledged');
comment on table paybus.reconcile_anomalies is
    'What is wrong with what: one row for a code and an object, whatever the number of runs that saw it';
comment on column paybus.reconcile_anomalies.id is 'an_ TypeID';
comment on column paybus.reconcile_anomalies.code is 'What is wrong';
comment on column paybus.reconcile_anomalies.check_id is 'R01..';
comment on column paybus.reconcile_anomalies.severity is 'critical: money; error: the records; warning: it is late';
comment on column paybus.reconcile_anomalies.family is 'Under which it is counted in a run''s summary';
comment on column paybus.reconcile_anomalies.object_type is 'account, transaction, hold, ...';
comment on column paybus.reconcile_anomalies.object is 'Which one, as clients know it';
comment on column paybus.reconcile_anomalies.object_id is 'Which one; null for what has no id of its own';
comment on column paybus.reconcile_anomalies.currency is 'Of the amounts';
comment on column paybus.reconcile_anomalies.expected is 'What should be there: minor units, or a count';
comment on column paybus.reconcile_anomalies.actual is 'What is there';
comment on column paybus.reconcile_anomalies.detail is 'A sentence for people';
comment on column paybus.reconcile_anomalies.state is
    'open -> acknowledged -> resolved; resolved by recon-svc when a run that looked did not find it again; it opens again';
comment on column paybus.reconcile_anomalies.first_seen_at is 'When it was found, or found again after it was resolved';
comment on column paybus.reconcile_anomalies.last_seen_at is 'When it was found last';
comment on column paybus.reconcile_anomalies.first_run_id is 'By which run';
comment on column paybus.reconcile_anomalies.last_run_id is 'The newest run that found it';

create table paybus.reconcile_decisions (
    id         bigint generated always as identity primary key,
    anomaly_id uuid not null references paybus.reconcile_anomalies (id),
    action     text not null check (action in ('opened', 'acknowledged', 'resolved', 'write_off_asked', 'write_off_approved')),
    actor      text not null,
    note       text not null,
    created_at timestamptz not null default clock_timestamp()
);
create index reconcile_decisions_of_anomalies on paybus.reconcile_decisions (anomaly_id, id);
comment on table paybus.reconcile_decisions is 'Who did what about an anomaly, and why; append only';
comment on column paybus.reconcile_decisions.id is 'Their order';
comment on column paybus.reconcile_decisions.anomaly_id is 'About which';
comment on column paybus.reconcile_decisions.action is 'What';
comment on column paybus.reconcile_decisions.actor is 'Who';
comment on column paybus.reconcile_decisions.note is 'Why';
comment on column paybus.reconcile_decisions.created_at is 'When';
select paybus.make_append_only('paybus.reconcile_decisions');

create table paybus.reconcile_checkpoints (
    account_id uuid primary key,
    version    bigint not null check (version >= 0),
    debits     bigint not null,
    credits    bigint not null,
    last_at    timestamptz not null
) with (fillfactor = 80);
comment on table paybus.reconcile_checkpoints is
    'Up to which version an account''s entries have been proved, and what they sum to: an incremental run goes on from there';
comment on column paybus.reconcile_checkpoints.account_id is 'Which account';
comment on column paybus.reconcile_checkpoints.version is 'Its entries up to there are right; after it one may not be';
comment on column paybus.reconcile_checkpoints.debits is 'Sum of its debits up to there';
comment on column paybus.reconcile_checkpoints.credits is 'Sum of its credits up to there';
comment on column paybus.reconcile_checkpoints.last_at is 'Time of that entry';

grant select, insert on paybus.reconcile_runs, paybus.reconcile_anomalies, paybus.reconcile_decisions,
    paybus.reconcile_checkpoints to paybus_recon;
grant update (state, mark_seq, next_seq, next_transaction, block_number, block_hash, events, entries, accounts, found, is_truncated,
    error, updated_at, finished_at) on paybus.reconcile_runs to paybus_recon;
grant update (severity, family, check_id, currency, expected, actual, detail, state, first_seen_at, last_seen_at, first_run_id,
    last_run_id) on paybus.reconcile_anomalies to paybus_recon;
grant update (version, debits, credits, last_at) on paybus.reconcile_checkpoints to paybus_recon;
