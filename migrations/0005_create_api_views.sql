-- What ingress reads. Plain views: their conditions and orders reach the indexes of the tables below.
create view api.currencies as
    select code, exponent, name from paybus.currencies;

create view api.accounts as
    select id, owner, type, role, currency, name, status, debits_posted, credits_posted, debits_pending,
           credits_pending, version, metadata, created_at
    from paybus.accounts;

create view api.transactions as
    select id, kind, amount, currency, entry_count, owner, description, reference, metadata, created_at
    from paybus.transactions;

create view api.entries as
    select e.transaction_id, e.leg, e.account_id, a.owner as account_owner, e.account_version, e.direction, e.amount,
           e.currency, e.balance_after, e.created_at
    from paybus.entries e
    join paybus.accounts a on a.id = e.account_id;

create view api.events as
    select seq, id, type, resource, object_id, command_id, owner, actor, source, traceparent, before, after, created_at
    from paybus.events;

create view api.audit as
    select seq, id, type, actor, source, resource, object_id as object, owner, before, after, created_at as at,
           split_part(traceparent, '-', 2) as trace
    from paybus.events;

-- Ingress may ask whose key this is and no more: it cannot list keys.
create function api.find_api_key(digest bytea) returns table (id uuid, owner text, scopes text[])
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select k.id, k.owner, k.scopes
    from paybus.api_keys k
    where k.digest = find_api_key.digest and k.revoked_at is null
$$;
comment on function api.find_api_key is
    'The owner and scopes of a working key, by BLAKE2b-256 digest; no row otherwise';

comment on view api.currencies is 'Currencies';
comment on column api.currencies.code is 'ISO 4217 alphabetic code';
comment on column api.currencies.exponent is 'Digits after the point: an amount is in units of 10^-exponent';
comment on column api.currencies.name is 'English name';
comment on view api.accounts is 'Accounts';
comment on column api.accounts.id is 'acct_ TypeID; for system accounts it follows from role and currency';
comment on column api.accounts.owner is 'Whose account: a user, a merchant, or "system"';
comment on column api.accounts.type is 'user, merchant or system';
comment on column api.accounts.role is 'What a system account is for, one per currency; null for all others';
comment on column api.accounts.currency is 'The only currency of its entries';
comment on column api.accounts.name is 'For people';
comment on column api.accounts.status is 'open; frozen takes credits only; closed is final and empty';
comment on column api.accounts.debits_posted is 'Sum of all debit entries, minor units';
comment on column api.accounts.credits_posted is 'Sum of all credit entries, minor units';
comment on column api.accounts.debits_pending is 'Held: promised to go out';
comment on column api.accounts.credits_pending is 'Promised to come in';
comment on column api.accounts.version is 'How many entries the account has';
comment on column api.accounts.metadata is 'The client''s own object of strings';
comment on column api.accounts.created_at is 'When it was opened';
comment on view api.transactions is 'Transactions';
comment on column api.transactions.id is 'txn_ TypeID';
comment on column api.transactions.kind is 'Why money moved';
comment on column api.transactions.amount is 'Headline amount in minor units; the entries are what counts';
comment on column api.transactions.currency is 'Currency of the headline amount';
comment on column api.transactions.entry_count is 'How many entries belong to it, all written in the same statement';
comment on column api.transactions.owner is 'Whose command it was';
comment on column api.transactions.description is 'The client''s words';
comment on column api.transactions.reference is 'The client''s own number for it';
comment on column api.transactions.metadata is 'The client''s own object of strings';
comment on column api.transactions.created_at is 'When it was posted';
comment on view api.entries is 'Entries with the owner of their account';
comment on column api.entries.transaction_id is 'Which transaction; that it exists is checked by trigger';
comment on column api.entries.leg is '0 .. entry_count - 1';
comment on column api.entries.account_id is 'Whose money';
comment on column api.entries.account_owner is 'Whose account it is: others do not see balance_after';
comment on column api.entries.account_version is 'The account''s version after this entry: 1, 2, 3 without gaps';
comment on column api.entries.direction is 'debit takes from the balance, credit adds to it';
comment on column api.entries.amount is 'Minor units, always positive';
comment on column api.entries.currency is 'The account''s currency';
comment on column api.entries.balance_after is 'Posted balance of the account after this entry';
comment on column api.entries.created_at is 'When it was posted; never earlier than the account''s entry before';
comment on view api.events is 'Facts';
comment on column api.events.seq is 'Drawn after all locks; the order within a relay window';
comment on column api.events.id is 'evt_ TypeID and message id on the bus';
comment on column api.events.type is '"transaction.posted": the subject is pay.evt. and this';
comment on column api.events.resource is 'What kind of object it is about';
comment on column api.events.object_id is 'Which one';
comment on column api.events.command_id is 'cmd_ TypeID of the command that caused it';
comment on column api.events.owner is 'Whose command it was';
comment on column api.events.actor is 'Who did it';
comment on column api.events.source is 'Why, when no client asked for it';
comment on column api.events.traceparent is 'W3C trace of the request';
comment on column api.events.before is 'The object before; null when it is new';
comment on column api.events.after is 'The object after';
comment on column api.events.created_at is 'When';
comment on view api.audit is 'The audit trail: who did what to which object, why, and what changed';
comment on column api.audit.seq is 'Drawn after all locks; the order within a relay window';
comment on column api.audit.id is 'evt_ TypeID and message id on the bus';
comment on column api.audit.type is '"transaction.posted": the subject is pay.evt. and this';
comment on column api.audit.actor is 'Who did it';
comment on column api.audit.source is 'Why, when no client asked for it';
comment on column api.audit.resource is 'What kind of object it is about';
comment on column api.audit.object is 'Which one';
comment on column api.audit.owner is 'Whose command it was';
comment on column api.audit.before is 'The object before; null when it is new';
comment on column api.audit.after is 'The object after';
comment on column api.audit.at is 'When';
comment on column api.audit.trace is 'W3C trace id of the request';
