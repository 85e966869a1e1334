-- Resolved dead letters that may still be in PAY_DLQ: at most $1 rows. Who resolves one that PAY_DLQ has not acknowledged gives it
-- the sequence 0: it may be there all the same, its acknowledgement having been lost.
select id, work_id, kind::text
from paybus.dead_letters
where resolved_at is not null
  and stream_seq is not null
order by id
limit $1::integer
