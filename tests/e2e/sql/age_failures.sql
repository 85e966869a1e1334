-- Endpoints that fail have done so for 121 hours. No rows come back.
with h as (
    update paybus.webhook_endpoint_health
    set failing_since = now() - interval '121 hours'
    where failing_since is not null
    returning endpoint_id)
update paybus.webhook_endpoints e
set enabled_at = now() - interval '200 hours'
from h
where e.id = h.endpoint_id
  and e.status = 'enabled'
