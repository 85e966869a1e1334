-- Which of these dead letters were resolved more than 10 s ago: whatever publication of them was under way has ended. A row each: its
-- id.
select id
from paybus.dead_letters
where id = any($1::uuid[])
  and resolved_at < clock_timestamp() - interval '10 s'
