-- Endpoints that at their present url answered 410 since they were made or switched on, or of which since then every try has failed, the first and the
-- last of them $1 hours apart or more: at most $2 rows. A time without tries says nothing.
select h.endpoint_id, h.gone_at is not null and h.gone_at > e.enabled_at as is_gone, h.url_version
from paybus.webhook_endpoint_health h
join paybus.webhook_endpoints e on e.id = h.endpoint_id
where e.status = 'enabled'
  and h.url_version = e.url_version
  and ((h.gone_at is not null and h.gone_at > e.enabled_at)
       or (h.failing_since is not null
           and h.failing_since > e.enabled_at
           and h.updated_at >= h.failing_since + $1::bigint * interval '1 hour'))
limit $2::integer
