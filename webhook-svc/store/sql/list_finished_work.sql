-- Which of this work has been finished for longer than $2 seconds. A row each: its id.
select id
from paybus.work
where id = any($1::uuid[])
  and state in ('processed', 'dead', 'missed')
  and updated_at < clock_timestamp() - $2::bigint * interval '1 s'
