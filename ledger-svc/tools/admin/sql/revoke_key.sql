-- Ends a key and notes the fact; a key that has ended already stays as it is. One row if the key exists: did it end now?
with k as (
    update paybus.api_keys set revoked_at = clock_timestamp()
    where id = $1::uuid and revoked_at is null
    returning owner, scopes, name, revoked_at),
e as (
    insert into paybus.events (id, type, resource, object_id, command_id, owner, actor, before, after, created_at)
    select $2::uuid, 'key.revoked', 'key', $1::uuid, $3::uuid, k.owner, 'paybus-admin',
           json_build_object('id', $4::text, 'owner', k.owner, 'scopes', k.scopes, 'name', k.name),
           json_build_object('id', $4::text, 'revoked_at', k.revoked_at), k.revoked_at
    from k)
select exists (select from k) from paybus.api_keys where id = $1::uuid
