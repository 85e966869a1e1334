-- Work $1 for deliveries $2 that have none. No rows come back.
insert into paybus.work (id, kind, object_id, enqueued_at, updated_at, created_at)
select n.id, 'delivery', n.delivery_id, clock_timestamp(), clock_timestamp(), clock_timestamp()
from (select unnest($1::uuid[]) as id, unnest($2::uuid[]) as delivery_id) as n
