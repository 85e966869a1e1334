-- What the messages of this work say: one row each. The event's columns are null for work on other things.
select w.id, w.kind::text, w.object_id, w.generation, w.enqueued_at, w.traceparent, e.provider, e.event_id, e.event_type,
       e.occurred_at, e.payload
from paybus.work w
left join lateral (select k.provider, k.event_id, k.event_type, k.occurred_at, k.payload
                   from paybus.webhook_events k
                   where k.id = w.object_id and w.kind = 'webhook'
                   offset 0) e on true
where w.id = any($1::uuid[])
