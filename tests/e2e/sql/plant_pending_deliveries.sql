-- Ten thousand deliveries to the newest webhook endpoint that are to be sent now. No rows come back.
with planted as (
    insert into paybus.webhook_deliveries (id, endpoint_id, event_id, event_type, body, created_at)
    select n.id, e.id, gen_random_uuid(), 'account.created', '{}', now()
    from (select id from paybus.webhook_endpoints order by id desc limit 1) e,
         (select (lpad(to_hex((extract(epoch from now()) * 1000)::bigint), 12, '0') || '7000' || '8' || lpad(to_hex(i), 15, '0'))::uuid as id
          from generate_series(1, 10000) as i) n
    returning id, endpoint_id)
insert into paybus.work (id, kind, object_id, endpoint_id, enqueued_at, updated_at, created_at)
select gen_random_uuid(), 'delivery', id, endpoint_id, now(), now(), now()
from planted
