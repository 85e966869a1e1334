-- The open dead letters of work that is replayed, by $2. No rows come back.
update paybus.dead_letters
set resolution = 'replayed', resolved_by = $2, resolved_at = clock_timestamp(),
    stream_seq = coalesce(stream_seq, 0)
where work_id = any($1::uuid[])
  and resolved_at is null
