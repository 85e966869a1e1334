-- Nobody wants it: resolved, by $2, who says why in $3. A row, unless it was resolved before.
update paybus.dead_letters
set resolution = 'discarded', resolved_by = $2, resolved_at = clock_timestamp(), note = $3,
    stream_seq = coalesce(stream_seq, 0)
where id = $1
  and resolved_at is null
returning id
