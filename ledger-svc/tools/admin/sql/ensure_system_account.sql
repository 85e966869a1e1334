-- A system account before its first use, and the fact that it was made. One row: was it made now?
with a as (
    insert into paybus.accounts (id, owner, type, role, currency, name, allow_negative, created_at)
    values ($1::uuid, $2::text, 'system', $3::text, $4::text, $5::text, $6::boolean, $7::timestamptz)
    on conflict do nothing
    returning id, created_at),
e as (
    insert into paybus.events (id, type, resource, object_id, command_id, owner, actor, source, after, created_at)
    select $8::uuid, 'account.created', 'account', a.id, $9::uuid, 'admin', 'paybus-admin', $10::text, $11::json,
           a.created_at
    from a)
select exists (select from a)
