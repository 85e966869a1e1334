-- Webhook events after id $1, in order: at most $2 rows, with whether something is to be done about each.
select e.id, exists (select 1 from paybus.work w where w.object_id = e.id and w.kind = 'webhook') as has_work
from paybus.webhook_events e
where e.id > $1::uuid
order by e.id
limit $2::bigint
