-- Endpoints that fail did so ten days ago, were switched on five days ago, and nothing was sent to them since. No rows come back.
with h as (
    update paybus.webhook_endpoint_health
    set failing_since = now() - interval '240 hours',
        updated_at    = now() - interval '100 hours'
    where failing_since is not null
    returning endpoint_id)
update paybus.webhook_endpoints e
set enabled_at = now() - interval '121 hours'
from h
where e.id = h.endpoint_id
  and e.status = 'enabled'
