-- Webhook endpoints of owner $4, newest first, after the cursor $1: at most $3 rows. Filter as in list_webhook_endpoints.
select id, owner, url, event_types, description, status, disabled_reason, previous_until, created_at, updated_at
from api.webhook_endpoints
where owner = $4
  and id < $1
  and status <> 'deleted'
  and ($2::text is null or status = $2)
order by id desc
limit $3
