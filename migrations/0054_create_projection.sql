-- Balances as the events tell them: recon-svc consumes PAY_EVENTS and compares what that makes with the ledger (docs/decisions/0020).
create table paybus.reconcile_projection (
    account_id uuid primary key,
    version    bigint not null check (version >= 0),
    posted     bigint not null,
    differs    boolean not null default false,
    updated_at timestamptz not null default clock_timestamp()
) with (fillfactor = 80);
create index reconcile_projection_differing on paybus.reconcile_projection (account_id) where differs;
comment on table paybus.reconcile_projection is 'Each account''s posted balance as the consumed events tell it';
comment on column paybus.reconcile_projection.account_id is 'Which account';
comment on column paybus.reconcile_projection.version is 'Entries up to there have been consumed, each once';
comment on column paybus.reconcile_projection.posted is 'What they make of the balance with which the first event found it';
comment on column paybus.reconcile_projection.differs is 'The ledger said something else when it was compared last: the next run looks at it';
comment on column paybus.reconcile_projection.updated_at is 'When an event moved it last';

create table paybus.reconcile_ahead (
    account_id   uuid not null,
    from_version bigint not null,
    to_version   bigint not null check (to_version > from_version),
    base         bigint not null,
    change       bigint not null,
    seen_at      timestamptz not null default clock_timestamp(),
    primary key (account_id, from_version)
);
comment on table paybus.reconcile_ahead is 'Events of an account that came before the one that they follow';
comment on column paybus.reconcile_ahead.account_id is 'Which account';
comment on column paybus.reconcile_ahead.from_version is 'The version that the event found';
comment on column paybus.reconcile_ahead.to_version is 'The version that it made';
comment on column paybus.reconcile_ahead.base is 'The balance that it found';
comment on column paybus.reconcile_ahead.change is 'What it added';
comment on column paybus.reconcile_ahead.seen_at is 'When it was consumed';

grant select, insert on paybus.reconcile_projection to paybus_recon;
grant update (version, posted, differs, updated_at) on paybus.reconcile_projection to paybus_recon;
grant select, insert, delete on paybus.reconcile_ahead to paybus_recon;
