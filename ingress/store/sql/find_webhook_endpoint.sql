-- One webhook endpoint: one row, or none if it does not exist, was deleted or is not owner $2's (null: anybody's).
select id, owner, url, event_types, description, status, disabled_reason, previous_until, created_at, updated_at
from api.webhook_endpoints
where id = $1
  and status <> 'deleted'
  and ($2::text is null or owner = $2)
