-- Open dead letters that PAY_DLQ has acknowledged, behind $1: at most $2 rows.
select id, work_id, kind::text
from paybus.dead_letters
where resolved_at is null
  and stream_seq is not null
  and id > $1
order by id
limit $2::integer
