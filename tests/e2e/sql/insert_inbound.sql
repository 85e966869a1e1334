-- $2 webhook events of type $3 with payload $4, their ids beginning with $1, and the work of each. A row each: the work's id.
with e as (
    insert into paybus.webhook_events (id, provider, event_id, event_type, fingerprint, payload, created_at)
    select gen_random_uuid(), 'gateway', $1::text || i, $3::text, '\x00', $4::json, now()
    from generate_series(1, $2::integer) i
    returning id)
insert into paybus.work (id, kind, object_id, enqueued_at, updated_at, created_at)
select gen_random_uuid(), 'webhook', e.id, now(), now(), now()
from e
returning id
