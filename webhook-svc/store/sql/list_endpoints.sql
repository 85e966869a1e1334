-- Webhook endpoints that were made or changed after $1, deleted ones among them, the earliest change first.
select id, owner, event_types, status::text, created_at, updated_at
from paybus.webhook_endpoints
where updated_at > $1
order by updated_at
