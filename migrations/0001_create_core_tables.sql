-- Currencies, accounts, transactions, entries, events, idempotency keys, sources, API keys.
create schema paybus;
comment on schema paybus is 'The ledger: tables, written only by the services that own them';
create schema api;
comment on schema api is 'What ingress may read: views and functions';

-- Rules about one value are domains: they are checked when the value is written, and parsed once a session. A table's CHECK
-- is parsed by every statement and evaluated by every update of the row, so only rules between columns are CHECKs.
create domain paybus.owner_name as text check (value ~ '^[A-Za-z0-9_.:-]{1,64}$');
comment on domain paybus.owner_name is 'A user, a merchant, a member of staff, or "system"';
create domain paybus.account_type as text check (value in ('user', 'merchant', 'system'));
comment on domain paybus.account_type is 'Whose kind of account';
create domain paybus.account_role as text check (value in ('cash', 'escrow', 'fx', 'fees', 'clearing'));
comment on domain paybus.account_role is 'What a system account is for';
create domain paybus.account_name as text check (length(value) between 1 and 255);
comment on domain paybus.account_name is 'For people';
create domain paybus.account_status as text check (value in ('open', 'frozen', 'closed'));
comment on domain paybus.account_status is 'open; frozen takes credits only; closed is final and empty';
create domain paybus.transaction_kind as text check (value in ('deposit', 'withdrawal', 'transfer', 'hold_capture', 'journal',
    'exchange', 'reversal', 'payment', 'refund', 'payout', 'payout_return', 'fee'));
comment on domain paybus.transaction_kind is 'Why money moved';
create domain paybus.direction as text check (value in ('debit', 'credit'));
comment on domain paybus.direction is 'debit takes from the balance, credit adds to it';
create domain paybus.amount as bigint check (value between 1 and 9007199254740991);
comment on domain paybus.amount is 'Minor units, 1 .. 2^53 - 1';

create table paybus.currencies (
    code     text primary key check (code ~ '^[A-Z]{3}$'),
    exponent smallint not null check (exponent between 0 and 4),
    name     text not null
);
comment on table paybus.currencies is
    'The ISO 4217 currencies that money can be in; the same list as shared/core/currency.def';
comment on column paybus.currencies.code is 'ISO 4217 alphabetic code';
comment on column paybus.currencies.exponent is 'Digits after the point: an amount is in units of 10^-exponent';
comment on column paybus.currencies.name is 'English name';

create table paybus.accounts (
    id              uuid primary key,
    owner           paybus.owner_name not null,
    type            paybus.account_type not null,
    role            paybus.account_role,
    currency        text not null references paybus.currencies (code),
    name            paybus.account_name not null,
    status          paybus.account_status not null default 'open',
    allow_negative  boolean not null default false,
    debits_posted   bigint not null default 0,
    credits_posted  bigint not null default 0,
    debits_pending  bigint not null default 0,
    credits_pending bigint not null default 0,
    version         bigint not null default 0,
    last_entry_at   timestamptz,
    metadata        json,
    created_at      timestamptz not null,
    constraint accounts_role_fits
        check ((type = 'system') = (role is not null)
               and (not allow_negative or coalesce(role in ('cash', 'fx'), false))),
    constraint accounts_counters_not_negative
        check (least(debits_posted, credits_posted, debits_pending, credits_pending, version) >= 0),
    constraint accounts_available_not_negative
        check (allow_negative or credits_posted - debits_posted - debits_pending >= 0),
    constraint accounts_balance_within_json
        check (allow_negative or credits_posted - debits_posted <= 9007199254740991),
    constraint accounts_closed_is_empty
        check (status <> 'closed' or (credits_posted = debits_posted and debits_pending = 0 and credits_pending = 0))
) with (fillfactor = 70);
create index accounts_by_owner on paybus.accounts (owner, id);
create unique index accounts_by_role on paybus.accounts (currency, role) where role is not null;
comment on table paybus.accounts is
    'Who holds money: one currency each, four counters that the entries must explain';
comment on column paybus.accounts.id is 'acct_ TypeID; for system accounts it follows from role and currency';
comment on column paybus.accounts.owner is 'Whose account: a user, a merchant, or "system"';
comment on column paybus.accounts.type is 'user, merchant or system';
comment on column paybus.accounts.role is 'What a system account is for, one per currency; null for all others';
comment on column paybus.accounts.currency is 'The only currency of its entries';
comment on column paybus.accounts.name is 'For people';
comment on column paybus.accounts.status is 'open; frozen takes credits only; closed is final and empty';
comment on column paybus.accounts.allow_negative is 'Cash and fx mirror money outside and may go below zero';
comment on column paybus.accounts.debits_posted is 'Sum of all debit entries, minor units';
comment on column paybus.accounts.credits_posted is 'Sum of all credit entries, minor units';
comment on column paybus.accounts.debits_pending is 'Held: promised to go out';
comment on column paybus.accounts.credits_pending is 'Promised to come in';
comment on column paybus.accounts.version is 'How many entries the account has';
comment on column paybus.accounts.last_entry_at is 'Time of its newest entry: the next one is never earlier';
comment on column paybus.accounts.metadata is 'The client''s own object of strings';
comment on column paybus.accounts.created_at is 'When it was opened';

create table paybus.transactions (
    id          uuid primary key,
    kind        paybus.transaction_kind not null,
    amount      paybus.amount not null,
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
comment on table paybus.transactions is
    'Balanced sets of entries; append only';
comment on column paybus.transactions.id is 'txn_ TypeID';
comment on column paybus.transactions.kind is 'Why money moved';
comment on column paybus.transactions.amount is 'Headline amount in minor units; the entries are what counts';
comment on column paybus.transactions.currency is 'Currency of the headline amount';
comment on column paybus.transactions.entry_count is 'How many entries belong to it, all written in the same statement';
comment on column paybus.transactions.owner is 'Whose command it was';
comment on column paybus.transactions.actor is 'Who ordered it: a key or a service';
comment on column paybus.transactions.description is 'The client''s words';
comment on column paybus.transactions.reference is 'The client''s own number for it';
comment on column paybus.transactions.metadata is 'The client''s own object of strings';
comment on column paybus.transactions.created_at is 'When it was posted';

create table paybus.entries (
    transaction_id  uuid not null,
    leg             smallint not null,
    account_id      uuid not null,
    account_version bigint not null check (account_version >= 1),
    direction       paybus.direction not null,
    amount          paybus.amount not null,
    currency        text not null,
    balance_after   bigint not null,
    created_at      timestamptz not null,
    primary key (account_id, account_version),
    unique (transaction_id, leg)
);
-- No foreign keys: the statement trigger on entries looks up every transaction and every account with its currency, for
-- the whole set at once; rows of both can never be deleted, nor change id or currency (docs/decisions/0004).
comment on table paybus.entries is
    'Debits and credits, one row per leg; append only; the account''s version orders them';
comment on column paybus.entries.transaction_id is 'Which transaction; that it exists is checked by trigger';
comment on column paybus.entries.leg is '0 .. entry_count - 1';
comment on column paybus.entries.account_id is 'Whose money';
comment on column paybus.entries.account_version is 'The account''s version after this entry: 1, 2, 3 without gaps';
comment on column paybus.entries.direction is 'debit takes from the balance, credit adds to it';
comment on column paybus.entries.amount is 'Minor units, always positive';
comment on column paybus.entries.currency is 'The account''s currency';
comment on column paybus.entries.balance_after is 'Posted balance of the account after this entry';
comment on column paybus.entries.created_at is 'When it was posted; never earlier than the account''s entry before';

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
comment on table paybus.events is
    'Facts, written with the money and relayed to the bus; append only; one partition per UTC day';
comment on column paybus.events.seq is 'Drawn after all locks; the order within a relay window';
comment on column paybus.events.id is 'evt_ TypeID and message id on the bus';
comment on column paybus.events.xid is 'The writing database transaction, for the relay''s windows';
comment on column paybus.events.type is '"transaction.posted": the subject is pay.evt. and this';
comment on column paybus.events.resource is 'What kind of object it is about';
comment on column paybus.events.object_id is 'Which one';
comment on column paybus.events.command_id is 'cmd_ TypeID of the command that caused it';
comment on column paybus.events.owner is 'Whose command it was';
comment on column paybus.events.actor is 'Who did it';
comment on column paybus.events.source is 'Why, when no client asked for it';
comment on column paybus.events.traceparent is 'W3C trace of the request';
comment on column paybus.events.before is 'The object before; null when it is new';
comment on column paybus.events.after is 'The object after';
comment on column paybus.events.created_at is 'When';

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
comment on table paybus.idempotency_keys is
    'Answers by key, so that a repeated request gets the first answer; one partition per UTC day, dropped when old';
comment on column paybus.idempotency_keys.digest is 'Digest of owner and key; unique across days by the key locks';
comment on column paybus.idempotency_keys.created_on is 'UTC day: the partition';
comment on column paybus.idempotency_keys.owner is 'The scope of the key';
comment on column paybus.idempotency_keys.key is 'As the client gave it; null when the command id stands for it';
comment on column paybus.idempotency_keys.fingerprint is 'Digest of the request: another one under this key is refused';
comment on column paybus.idempotency_keys.command_id is 'cmd_ TypeID of the command';
comment on column paybus.idempotency_keys.status is 'HTTP status of the answer';
comment on column paybus.idempotency_keys.body is 'Exact bytes of the answer';
comment on column paybus.idempotency_keys.created_at is 'When';

create table paybus.sources (
    digest     uuid primary key,
    source     text not null,
    command_id uuid not null,
    status     smallint not null,
    body       text not null,
    created_at timestamptz not null
);
alter table paybus.sources alter column body set storage external;
comment on table paybus.sources is
    'What caused a command that no client sent; each has its effect once, for ever; append only';
comment on column paybus.sources.digest is 'Digest of source';
comment on column paybus.sources.source is '"webhook:we_...", "seed:EUR:..."';
comment on column paybus.sources.command_id is 'cmd_ TypeID of the command that it became';
comment on column paybus.sources.status is 'HTTP status of the answer';
comment on column paybus.sources.body is 'Exact bytes of the answer';
comment on column paybus.sources.created_at is 'When';

create table paybus.api_keys (
    id         uuid primary key,
    owner      paybus.owner_name not null,
    digest     bytea not null unique check (length(digest) = 32),
    scopes     text[] not null,
    name       text,
    created_at timestamptz not null default clock_timestamp(),
    revoked_at timestamptz
);
comment on table paybus.api_keys is
    'Credentials of clients; the key itself is shown once and not kept';
comment on column paybus.api_keys.id is 'key_ TypeID: the actor of what the key does';
comment on column paybus.api_keys.owner is 'Whose key';
comment on column paybus.api_keys.digest is 'BLAKE2b-256 of the whole key';
comment on column paybus.api_keys.scopes is 'What it may do: the names of shared/contract/scope.def';
comment on column paybus.api_keys.name is 'For people';
comment on column paybus.api_keys.created_at is 'When';
comment on column paybus.api_keys.revoked_at is 'When it ended; null while it works';
comment on sequence paybus.events_seq is 'Numbers of events, in the order of the locks';
