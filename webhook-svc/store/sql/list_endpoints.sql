-- All webhook endpoints, deleted ones left out. A row each.
select null::text, id, owner, event_types, status::text, created_at, created_seq
from paybus.webhook_endpoints
where status <> 'deleted'
