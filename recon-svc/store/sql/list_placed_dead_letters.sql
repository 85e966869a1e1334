-- Open dead letters from before $4 that PAY_DLQ has acknowledged behind $1 and $2, a sequence and an id, up to the sequence $3, in
-- order: at most $5 rows.
select id, work_id, kind::text, stream_seq, created_at
from paybus.dead_letters
where resolved_at is null
  and stream_seq is not null
  and (stream_seq, id) > ($1::bigint, $2::uuid)
  and stream_seq <= $3::bigint
  and created_at < $4::timestamptz
order by stream_seq, id
limit $5::bigint
