-- Webhook events, and whether each is to fail this time, which counts it. A row each.
with hit as (
    update paybus.injected_failures f
    set times = f.times - (f.times > 0)::integer
    from paybus.webhook_events e
    where e.id = any($1::uuid[])
      and f.event_id = e.event_id
      and f.provider in (e.provider, '')
      and f.times <> 0
    returning e.id)
select e.id, e.provider, e.event_id, e.event_type, e.payload, e.id in (select h.id from hit h)
from paybus.webhook_events e
where e.id = any($1::uuid[])
