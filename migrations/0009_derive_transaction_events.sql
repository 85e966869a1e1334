-- A transaction's rows never change, so its event names it and repeats nothing: what was before and after is read from
-- the transaction and its entries. All other events carry their own words.
alter table paybus.events alter column after drop not null;
alter table paybus.events add constraint events_say_what_happened
    check (after is not null or type = 'transaction.posted');
comment on column paybus.events.after is
    'The object after; null for transaction.posted, whose words are the transaction and its entries';

create function api.typeid(prefix text, id uuid) returns text
language sql immutable strict parallel safe as $$
    select prefix || '_' || string_agg(
               substr('0123456789abcdefghjkmnpqrstvwxyz',
                      substring(b'00' || ('x' || replace(id::text, '-', ''))::bit(128) from place for 5)::int + 1, 1),
               '' order by place)
    from generate_series(1, 126, 5) as place
$$;
comment on function api.typeid is 'The TypeID of a UUID: prefix, underscore and 26 characters of Crockford''s base32';

create function api.rfc3339(at timestamptz) returns text
language sql stable strict parallel safe as $$
    select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;
comment on function api.rfc3339 is 'A time as RFC 3339 writes it, in UTC with microseconds';

-- The accounts that a transaction touched: versions and posted balances before its first or after its last entry.
create function api.accounts_of_transaction(transaction uuid, is_after boolean) returns json
language sql stable as $$
    select json_build_object('accounts', json_agg(json_build_object('id', api.typeid('acct', a.account_id),
                             'version', a.version, 'posted', a.posted) order by a.leg))
    from (select e.account_id, min(e.leg) as leg,
                 case when is_after then max(e.account_version) else min(e.account_version) - 1 end as version,
                 case when is_after
                      then (array_agg(e.balance_after order by e.account_version desc))[1]
                      else (array_agg(e.balance_after - case e.direction when 'credit' then e.amount else -e.amount end
                                      order by e.account_version))[1]
                 end as posted
          from api.entries e
          where e.transaction_id = transaction
          group by e.account_id) as a
$$;
comment on function api.accounts_of_transaction is
    '{"accounts":[{"id","version","posted"}]} before or after a transaction, in the order of its legs';

create function api.transaction_resource(transaction uuid) returns json
language sql stable as $$
    select json_build_object('id', api.typeid('txn', t.id), 'kind', t.kind, 'amount', t.amount, 'currency', t.currency,
                             'description', t.description, 'reference', t.reference,
                             'metadata', coalesce(t.metadata, '{}'), 'created_at', api.rfc3339(t.created_at),
                             'entries',
                             (select json_agg(json_build_object('account', api.typeid('acct', e.account_id),
                                              'direction', e.direction, 'amount', e.amount, 'currency', e.currency,
                                              'balance_after', e.balance_after) order by e.leg)
                              from api.entries e
                              where e.transaction_id = t.id))
    from api.transactions t
    where t.id = transaction
$$;
comment on function api.transaction_resource is 'A transaction with its entries, as GET /transactions/{id} shows it to staff';

create function api.event_before(type text, object uuid, before json) returns json
language sql stable as $$
    select case when type = 'transaction.posted' then coalesce(before, api.accounts_of_transaction(object, false))
                else before end
$$;
comment on function api.event_before is 'What was before a fact: its own words, or the touched accounts of a transaction';

create function api.event_after(type text, object uuid, after json) returns json
language sql stable as $$
    select coalesce(after, json_build_object('accounts', api.accounts_of_transaction(object, true) -> 'accounts',
                                             'transaction', api.transaction_resource(object)))
$$;
comment on function api.event_after is 'What was after a fact: its own words, or a transaction with the touched accounts';

create or replace view api.events as
    select seq, id, type, resource, object_id, command_id, owner, actor, source, traceparent,
           api.event_before(type, object_id, before) as before, api.event_after(type, object_id, after) as after,
           created_at
    from paybus.events;

create or replace view api.audit as
    select seq, id, type, actor, source, resource, object_id as object, owner,
           api.event_before(type, object_id, before) as before, api.event_after(type, object_id, after) as after,
           created_at as at, split_part(traceparent, '-', 2) as trace
    from paybus.events;

grant execute on function api.typeid, api.rfc3339, api.accounts_of_transaction, api.transaction_resource,
    api.event_before, api.event_after to paybus_ingress;
