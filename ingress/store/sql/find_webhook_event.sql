-- One inbound webhook event with its payload. One row if it exists.
select e.id, e.provider, e.event_id, e.event_type, e.state, e.attempts, e.last_error, e.next_attempt_at, e.occurred_at,
       e.created_at, e.updated_at, e.payload
from api.webhook_events e
where e.id = $1
