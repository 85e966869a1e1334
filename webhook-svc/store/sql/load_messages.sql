-- What the messages of this work say: one row each. The event's columns are null for work on other things.
select w.id, w.kind::text, w.object_id, w.generation, w.enqueued_at, w.traceparent, e.provider, e.event_id, e.event_type,
       e.occurred_at, e.payload
from paybus.work w
left join paybus.webhook_events e on e.id = w.object_id and w.kind = 'webhook'
where w.id = any($1::uuid[])
