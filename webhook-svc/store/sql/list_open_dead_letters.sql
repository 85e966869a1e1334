-- Open dead letters behind $7, the oldest first, at most $6; of kind $1, event type $2, with $3 in their error, made from $4 up to
-- before $5, each if it is not null.
select id, work_id, kind::text, object_id, event_type, error, attempts, stream_seq, created_at
from paybus.dead_letters
where resolved_at is null
  and ($1::text is null or kind = $1)
  and ($2::text is null or event_type = $2)
  and ($3::text is null or position($3 in error) > 0)
  and ($4::timestamptz is null or created_at >= $4)
  and ($5::timestamptz is null or created_at < $5)
  and id > $7::uuid
order by id
limit $6::integer
