-- Currencies, accounts, transactions, entries, events, idempotency keys, sources, API keys.
create schema paybus;
comment on schema paybus is 'The ledger: tables, written only by the services that own them';
create schema api;
comment on schema api is 'What ingress may read: views and functions';

create table paybus.currencies (
    code     text primary key check (code ~ '^[A-Z]{3}$'),
    exponent smallint not null check (exponent between 0 and 4),
    name     text not null
);

create table paybus.accounts (
    id              uuid primary key,
    owner           text not null check (owner ~ '^[A-Za-z0-9_.:-]{1,64}$'),
    type            text not null check (type in ('user', 'merchant', 'system')),
    role            text check (role in ('cash', 'escrow', 'fx', 'fees', 'clearing')),
    currency        text not null references paybus.currencies (code),
    name            text not null check (length(name) between 1 and 255),
    status          text not null default 'open' check (status in ('open', 'frozen', 'closed')),
    allow_negative  boolean not null default false,
    debits_posted   bigint not null default 0 check (debits_posted >= 0),
    credits_posted  bigint not null default 0 check (credits_posted >= 0),
    debits_pending  bigint not null default 0 check (debits_pending >= 0),
    credits_pending bigint not null default 0 check (credits_pending >= 0),
    version         bigint not null default 0 check (version >= 0),
    last_entry_at   timestamptz,
    metadata        json,
    created_at      timestamptz not null,
    unique (id, currency),
    constraint accounts_system_has_role check ((type = 'system') = (role is not null)),
    constraint accounts_negative_only_cash_and_fx check (not allow_negative or role in ('cash', 'fx')),
    constraint accounts_available_not_negative
        check (allow_negative or credits_posted - debits_posted - debits_pending >= 0),
    constraint accounts_balance_within_json
        check (allow_negative or credits_posted - debits_posted <= 9007199254740991),
    constraint accounts_closed_is_empty
        check (status <> 'closed' or (credits_posted = debits_posted and debits_pending = 0 and credits_pending = 0))
) with (fillfactor = 70);
create index accounts_by_owner on paybus.accounts (owner, id);
create unique index accounts_by_role on paybus.accounts (currency, role) where role is not null;

create table paybus.transactions (
    id          uuid primary key,
    kind        text not null check (kind in ('deposit', 'withdrawal', 'transfer', 'hold_capture', 'journal', 'exchange',
                                              'reversal', 'payment', 'refund', 'payout', 'payout_return', 'fee')),
    amount      bigint not null check (amount between 1 and 9007199254740991),
    currency    text not null,
    entry_count smallint not null check (entry_count between 2 and 100),
    owner       text not null,
    actor       text not null,
    description text,
    reference   text,
    metadata    json,
    created_at  timestamptz not null
);
create index transactions_by_reference on paybus.transactions (reference, id) where reference is not null;

create table paybus.entries (
    transaction_id  uuid not null,
    leg             smallint not null check (leg >= 0),
    account_id      uuid not null,
    account_version bigint not null check (account_version >= 1),
    direction       text not null check (direction in ('debit', 'credit')),
    amount          bigint not null check (amount between 1 and 9007199254740991),
    currency        text not null,
    balance_after   bigint not null,
    created_at      timestamptz not null,
    primary key (account_id, account_version),
    unique (transaction_id, leg),
    foreign key (account_id, currency) references paybus.accounts (id, currency)
);

create sequence paybus.events_seq as bigint;
create table paybus.events (
    seq         bigint not null default nextval('paybus.events_seq'),
    id          uuid not null,
    xid         xid8 not null default pg_current_xact_id(),
    type        text not null,
    resource    text not null,
    object_id   uuid not null,
    command_id  uuid not null,
    owner       text not null,
    actor       text not null,
    source      text,
    traceparent text,
    before      json,
    after       json not null,
    created_at  timestamptz not null,
    primary key (seq, created_at)
) partition by range (created_at);

create table paybus.idempotency_keys (
    digest      uuid not null,
    created_on  date not null,
    owner       text not null,
    key         text,
    fingerprint bytea not null,
    command_id  uuid not null,
    status      smallint not null,
    body        text not null,
    created_at  timestamptz not null,
    primary key (digest, created_on)
) partition by range (created_on);
alter table paybus.idempotency_keys alter column body set storage external;

create table paybus.sources (
    digest     uuid primary key,
    source     text not null,
    command_id uuid not null,
    status     smallint not null,
    body       text not null,
    created_at timestamptz not null
);
alter table paybus.sources alter column body set storage external;

create table paybus.api_keys (
    id         uuid primary key,
    owner      text not null check (owner ~ '^[A-Za-z0-9_.:-]{1,64}$'),
    digest     bytea not null unique check (length(digest) = 32),
    scopes     text[] not null,
    name       text,
    created_at timestamptz not null default clock_timestamp(),
    revoked_at timestamptz
);
