-- A new API key and the fact that it was made. One row: the owner.
with k as (
    insert into paybus.api_keys (id, owner, digest, scopes, name)
    values ($1::uuid, $2::text, $3::bytea, $4::text[], $5::text)
    returning owner, scopes, name, created_at),
e as (
    insert into paybus.events (id, type, resource, object_id, command_id, owner, actor, after, created_at)
    select $6::uuid, 'key.created', 'key', $1::uuid, $7::uuid, k.owner, 'paybus-admin',
           json_build_object('id', $8::text, 'owner', k.owner, 'scopes', k.scopes, 'name', k.name), k.created_at
    from k)
select owner from k
