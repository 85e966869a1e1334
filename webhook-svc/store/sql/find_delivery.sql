-- A delivery to an endpoint of owner $2 (null: anybody's): its work, whether it can be sent again, whether its endpoint is enabled.
-- One row, or none.
select w.id, w.state in ('dead', 'missed') or (w.state = 'failed' and w.attempts > 0) as can_be_sent, e.status = 'enabled' as is_enabled
from paybus.webhook_deliveries d
join paybus.webhook_endpoints e on e.id = d.endpoint_id
join paybus.work w on w.object_id = d.id and w.kind = 'delivery'
where d.id = $1
  and ($2::text is null or e.owner = $2)
