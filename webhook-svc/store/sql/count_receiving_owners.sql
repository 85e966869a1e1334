-- Owners to whose enabled webhook endpoints something was sent within ten minutes: how many of them took the last of it at one endpoint at
-- least, and how many at none. One row.
select count(*) filter (where o.takes), count(*) filter (where not o.takes)
from (select e.owner, bool_or(h.failing_since is null) as takes
      from paybus.webhook_endpoint_health h
      join paybus.webhook_endpoints e on e.id = h.endpoint_id
      where e.status = 'enabled'
        and h.updated_at > clock_timestamp() - interval '10 minutes'
      group by e.owner) o
