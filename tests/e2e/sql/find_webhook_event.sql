-- What is stored of gateway's event: type, payload, its time, the trace, and the work's state and generation. One row.
select e.event_type, e.payload::text, e.occurred_at, e.traceparent, w.state, w.generation, w.attempts
from paybus.webhook_events e
join paybus.work w on w.object_id = e.id
where e.provider = 'gateway' and e.event_id = $1::text
