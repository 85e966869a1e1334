-- Endpoints that answered 410, or of which every try has failed for $1 hours, since they were made or switched on: at most $2 rows.
select h.endpoint_id, h.gone_at is not null and h.gone_at > e.enabled_at as is_gone
from paybus.webhook_endpoint_health h
join paybus.webhook_endpoints e on e.id = h.endpoint_id
where e.status = 'enabled'
  and ((h.gone_at is not null and h.gone_at > e.enabled_at)
       or (h.failing_since is not null
           and greatest(h.failing_since, e.enabled_at) < clock_timestamp() - $1::bigint * interval '1 hour'))
limit $2::integer
