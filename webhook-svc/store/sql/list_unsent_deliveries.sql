-- Deliveries to endpoint $1 since $2 that were missed, have failed or are dead, the oldest first: at most $3. $4 is an id that is
-- below theirs: what is older is not even read. A row each: id, work (null: missed).
select d.id, w.id as work_id
from paybus.webhook_deliveries d
left join paybus.work w on w.object_id = d.id and w.kind = 'delivery'
where d.endpoint_id = $1
  and d.id >= $4
  and d.created_at >= $2
  and (w.id is null or w.state in ('failed', 'dead'))
order by d.id
limit $3::integer
