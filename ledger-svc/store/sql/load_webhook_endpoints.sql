-- Webhook endpoints whose locks this transaction has. One row per endpoint that exists.
select id, owner, url, event_types, description, status, disabled_reason, secret, previous_secret, previous_until, enabled_at,
       created_at, updated_at, url_version
from paybus.webhook_endpoints
where id = any($1::uuid[])
