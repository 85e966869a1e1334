-- A delivery of an event that never was to the newest webhook endpoint. Its id, one row.
insert into paybus.webhook_deliveries (id, endpoint_id, event_id, event_type, body, created_at)
select gen_random_uuid(), id, gen_random_uuid(), 'account.created', '{}', now()
from paybus.webhook_endpoints
order by id desc
limit 1
returning api.typeid('dlv', id)
