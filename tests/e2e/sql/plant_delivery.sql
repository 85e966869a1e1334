-- A delivery of an event that never was to the newest webhook endpoint, missed. Its id, one row.
with planted as (
    insert into paybus.webhook_deliveries (id, endpoint_id, event_id, event_type, body, created_at)
    select gen_random_uuid(), id, gen_random_uuid(), 'account.created', '{}', now()
    from paybus.webhook_endpoints
    order by id desc
    limit 1
    returning id, endpoint_id)
insert into paybus.work (id, kind, object_id, endpoint_id, state, enqueued_at, updated_at, created_at)
select gen_random_uuid(), 'delivery', id, endpoint_id, 'missed', now(), now(), now()
from planted
returning api.typeid('dlv', object_id)
