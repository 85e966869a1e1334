-- Resolved dead letters that are still in PAY_DLQ: at most $1 rows.
select id, work_id, kind::text
from paybus.dead_letters
where resolved_at is not null
  and stream_seq is not null
order by id
limit $1::integer
