-- Money promised to go out, what has been given back of a transaction, and what only some kinds of transactions say.

create domain paybus.hold_status as text
    check (value in ('authorized', 'partially_captured', 'captured', 'released', 'expired'));
comment on domain paybus.hold_status is 'authorized -> partially_captured -> captured; until then released or expired';

create table paybus.holds (
    id             uuid primary key,
    account_id     uuid not null,
    destination_id uuid not null,
    owner          paybus.owner_name not null,
    currency       text not null,
    amount         paybus.amount not null,
    captured       bigint not null default 0,
    status         paybus.hold_status not null default 'authorized',
    capture_id     uuid,
    description    text,
    reference      text,
    metadata       json,
    expires_at     timestamptz not null,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    constraint holds_captured_within_amount check (captured between 0 and amount),
    constraint holds_status_fits_captured
        check (case status
                   when 'authorized' then captured = 0
                   when 'partially_captured' then captured between 1 and amount - 1
                   when 'captured' then captured >= 1
                   else captured < amount
               end),
    constraint holds_capture_is_known check ((captured = 0) = (capture_id is null)),
    constraint holds_times_in_order check (updated_at >= created_at and expires_at > created_at)
) with (fillfactor = 80);
create index holds_by_account on paybus.holds (account_id, id);
create index holds_by_owner on paybus.holds (owner, id);
create index holds_by_status on paybus.holds (status, id);
create index holds_due on paybus.holds (expires_at) where status in ('authorized', 'partially_captured');
comment on table paybus.holds is
    'Money of an account promised to a destination: part of debits_pending until captured, released or expired';
comment on column paybus.holds.id is 'hold_ TypeID';
comment on column paybus.holds.account_id is 'Whose money';
comment on column paybus.holds.destination_id is 'Where captures go: the currency''s escrow or a named account';
comment on column paybus.holds.owner is 'Who authorized it';
comment on column paybus.holds.currency is 'The account''s currency';
comment on column paybus.holds.amount is 'Minor units promised';
comment on column paybus.holds.captured is 'Minor units taken so far';
comment on column paybus.holds.status is 'authorized or partially_captured hold amount - captured; the rest is final';
comment on column paybus.holds.capture_id is 'The newest capture: a transaction; null before the first';
comment on column paybus.holds.description is 'The client''s words';
comment on column paybus.holds.reference is 'The client''s own number for it';
comment on column paybus.holds.metadata is 'The client''s own object of strings';
comment on column paybus.holds.expires_at is 'From this moment on nothing can be captured';
comment on column paybus.holds.created_at is 'When it was authorized';
comment on column paybus.holds.updated_at is 'When its status or captured changed last';

create table paybus.reversals (
    transaction_id uuid primary key,
    amount         paybus.amount not null,
    reversed       bigint not null,
    updated_at     timestamptz not null,
    constraint reversals_within_amount check (reversed between 1 and amount)
) with (fillfactor = 80);
comment on table paybus.reversals is
    'How much of a transaction has been given back; a row from the first reversal on';
comment on column paybus.reversals.transaction_id is 'The original transaction';
comment on column paybus.reversals.amount is 'Its headline amount, minor units';
comment on column paybus.reversals.reversed is 'Given back so far by all its reversals, minor units';
comment on column paybus.reversals.updated_at is 'When the newest reversal was posted';

create table paybus.transaction_details (
    transaction_id   uuid primary key,
    reverses         uuid,
    hold_id          uuid,
    reason           text,
    rate_numerator   bigint check (rate_numerator >= 1),
    rate_denominator bigint check (rate_denominator >= 1),
    rounding         text check (rounding in ('down', 'half_even')),
    constraint transaction_details_rate_is_whole
        check (num_nulls(rate_numerator, rate_denominator, rounding) in (0, 3))
);
create index transaction_details_by_reverses on paybus.transaction_details (reverses) where reverses is not null;
create index transaction_details_by_hold on paybus.transaction_details (hold_id) where hold_id is not null;
comment on table paybus.transaction_details is
    'What only reversals, captures and exchanges say of themselves; append only, written with the transaction';
comment on column paybus.transaction_details.transaction_id is 'Which transaction';
comment on column paybus.transaction_details.reverses is 'The transaction that this one gives back, whole or in part';
comment on column paybus.transaction_details.hold_id is 'The hold that this one captures';
comment on column paybus.transaction_details.reason is 'Why it was given back';
comment on column paybus.transaction_details.rate_numerator is 'Minor units bought for rate_denominator minor units sold';
comment on column paybus.transaction_details.rate_denominator is 'Minor units sold for rate_numerator minor units bought';
comment on column paybus.transaction_details.rounding is 'How the bought amount was rounded to a minor unit';
select paybus.make_append_only('paybus.transaction_details');

-- Holds: a new one is whole and on an account of its currency that cannot go below zero. PB005.
create function paybus.check_holds() returns trigger
language plpgsql as $$
declare
    broken uuid;
begin
    select n.id into broken
    from new_holds n
    where n.status <> 'authorized'
       or (select a.id from paybus.accounts a
           where a.id = n.account_id and a.currency = n.currency and not a.allow_negative) is null
       or n.account_id = n.destination_id
    limit 1;
    if found then
        raise exception using errcode = 'PB005',
            message = format('hold %s: it is not new, or its account cannot be held', broken);
    end if;
    return null;
end $$;
comment on function paybus.check_holds is 'Trigger: raises PB005 for a new hold that is not on an account of its currency';
create trigger check_holds after insert on paybus.holds referencing new table as new_holds
    for each statement execute function paybus.check_holds();

create function paybus.refuse_hold_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception using errcode = 'PB005',
        message = format('hold %s: what was agreed is fixed, captured never goes back, a final status stays', old.id);
end $$;
comment on function paybus.refuse_hold_change is 'Trigger: raises PB005';
create trigger fixed_terms before update of id, account_id, destination_id, owner, currency, amount, description, reference,
    metadata, expires_at, created_at on paybus.holds for each row execute function paybus.refuse_hold_change();
create trigger never_back before update on paybus.holds for each row
    when (new.captured < old.captured
          or new.updated_at < old.updated_at
          or old.status in ('captured', 'released', 'expired')
          or (new.status = 'authorized' and old.status <> 'authorized')
          or (new.status in ('released', 'expired') and new.captured <> old.captured))
    execute function paybus.refuse_hold_change();
create trigger append_only before delete or truncate on paybus.holds
    for each statement execute function paybus.refuse_change();

-- What was given back never becomes less.
create function paybus.refuse_reversal_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception using errcode = 'PB005',
        message = format('reversals of %s: the original is fixed, what was given back never becomes less', old.transaction_id);
end $$;
comment on function paybus.refuse_reversal_change is 'Trigger: raises PB005';
create trigger never_back before update on paybus.reversals for each row
    when (new.transaction_id <> old.transaction_id or new.amount <> old.amount or new.reversed <= old.reversed)
    execute function paybus.refuse_reversal_change();
create trigger append_only before delete or truncate on paybus.reversals
    for each statement execute function paybus.refuse_change();

create view api.holds as
    select h.id, h.account_id, a.owner as account_owner, h.destination_id, h.owner, h.currency, h.amount, h.captured,
           h.status, h.capture_id, h.description, h.reference, h.metadata, h.expires_at, h.created_at, h.updated_at
    from paybus.holds h
    join paybus.accounts a on a.id = h.account_id;
comment on view api.holds is 'Holds with the owner of their account';
comment on column api.holds.id is 'hold_ TypeID';
comment on column api.holds.account_id is 'Whose money';
comment on column api.holds.account_owner is 'Whose account it is';
comment on column api.holds.destination_id is 'Where captures go: the currency''s escrow or a named account';
comment on column api.holds.owner is 'Who authorized it';
comment on column api.holds.currency is 'The account''s currency';
comment on column api.holds.amount is 'Minor units promised';
comment on column api.holds.captured is 'Minor units taken so far';
comment on column api.holds.status is 'authorized or partially_captured hold amount - captured; the rest is final';
comment on column api.holds.capture_id is 'The newest capture: a transaction; null before the first';
comment on column api.holds.description is 'The client''s words';
comment on column api.holds.reference is 'The client''s own number for it';
comment on column api.holds.metadata is 'The client''s own object of strings';
comment on column api.holds.expires_at is 'From this moment on nothing can be captured';
comment on column api.holds.created_at is 'When it was authorized';
comment on column api.holds.updated_at is 'When its status or captured changed last';

create view api.transaction_details as
    select transaction_id, reverses, hold_id, reason, rate_numerator, rate_denominator, rounding
    from paybus.transaction_details;
comment on view api.transaction_details is 'What only reversals, captures and exchanges say of themselves';
comment on column api.transaction_details.transaction_id is 'Which transaction';
comment on column api.transaction_details.reverses is 'The transaction that this one gives back, whole or in part';
comment on column api.transaction_details.hold_id is 'The hold that this one captures';
comment on column api.transaction_details.reason is 'Why it was given back';
comment on column api.transaction_details.rate_numerator is 'Minor units bought for rate_denominator minor units sold';
comment on column api.transaction_details.rate_denominator is 'Minor units sold for rate_numerator minor units bought';
comment on column api.transaction_details.rounding is 'How the bought amount was rounded to a minor unit';

-- The members of a transaction, without those that its kind does not have.
create or replace function api.transaction_resource(transaction uuid) returns json
language sql stable as $$
    select (jsonb_build_object('id', api.typeid('txn', t.id), 'kind', t.kind, 'amount', t.amount, 'currency', t.currency,
                               'description', t.description, 'reference', t.reference,
                               'metadata', coalesce(t.metadata, '{}'), 'created_at', api.rfc3339(t.created_at))
           || jsonb_strip_nulls(jsonb_build_object(
                  'reverses', api.typeid('txn', d.reverses), 'hold', api.typeid('hold', d.hold_id), 'reason', d.reason,
                  'rate', case when d.rate_numerator is not null
                               then jsonb_build_object('numerator', d.rate_numerator, 'denominator', d.rate_denominator) end,
                  'rounding', d.rounding))
           || jsonb_build_object(
                  'entries', (select json_agg(json_build_object('account', api.typeid('acct', e.account_id),
                                              'direction', e.direction, 'amount', e.amount, 'currency', e.currency,
                                              'balance_after', e.balance_after) order by e.leg)
                              from api.entries e
                              where e.transaction_id = t.id)))::json
    from api.transactions t
    left join api.transaction_details d on d.transaction_id = t.id
    where t.id = transaction
$$;

grant select, insert on paybus.holds, paybus.reversals, paybus.transaction_details to paybus_ledger;
grant update (captured, status, capture_id, updated_at) on paybus.holds to paybus_ledger;
grant update (reversed, updated_at) on paybus.reversals to paybus_ledger;
grant select on api.holds, api.transaction_details to paybus_ingress;
grant select on paybus.holds, paybus.reversals, paybus.transaction_details to paybus_recon;
