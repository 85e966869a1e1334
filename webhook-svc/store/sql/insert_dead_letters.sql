-- Dead letters of a kind. Those of messages that name no work have ids made of their place in the stream, so that a second
-- delivery makes no second one; nor does work whose open one is there. No rows come back.
insert into paybus.dead_letters (id, work_id, kind, object_id, event_type, subject, payload, error, attempts, cut_from, created_at)
select n.id, n.work_id, $2::text, n.object_id, n.event_type, n.subject, n.payload, n.error, n.attempts,
       nullif(n.cut_from, 0), clock_timestamp()
from (select unnest($1::uuid[]) as id, unnest($3::uuid[]) as work_id, unnest($4::uuid[]) as object_id,
             unnest($5::text[]) as event_type, unnest($6::text[]) as subject, unnest($7::bytea[]) as payload,
             unnest($8::text[]) as error, unnest($9::integer[]) as attempts, unnest($10::integer[]) as cut_from) as n
on conflict do nothing
