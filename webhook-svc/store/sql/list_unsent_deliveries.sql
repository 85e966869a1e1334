-- Deliveries to endpoint $1 behind the delivery $2 that were missed, have failed or are dead, made since $3, the oldest first: at
-- most $4. What was put off untried is on its way. A row each: work, delivery.
select w.id, w.object_id
from paybus.work w
where w.kind = 'delivery'
  and w.endpoint_id = $1
  and w.object_id > $2
  and w.created_at >= $3
  and (w.state in ('dead', 'missed') or (w.state = 'failed' and w.attempts > 0))
order by w.object_id
limit $4::integer
