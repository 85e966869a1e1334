-- Where the relay of feed $1 stands now; the request for a rewind to time $15 is done. Nobody waits for the disk: if PostgreSQL
-- crashes before this is written the relay stands where it stood before, publishes the last moments again, and the stream
-- recognises them.
insert into paybus.relay_cursors (feed, cluster, base_seq, foreign_xid, settled, horizon, acked_seq, new_seq, last_seq, since,
                                  stream_created, stream_seq, stream_id, foreign_seq, updated_at, stream_missing, recent_seq,
                                  history_seq, history_last_seq)
values ($1, $2, $3, $4, $5::text::pg_snapshot, $6::text::pg_snapshot, $7, $8, $9, $10, $11, $12, $13, $14, clock_timestamp(),
        $16, $17, $18, $19)
on conflict (feed) do update
set cluster = excluded.cluster, base_seq = excluded.base_seq, foreign_xid = excluded.foreign_xid, settled = excluded.settled,
    horizon = excluded.horizon, acked_seq = excluded.acked_seq, new_seq = excluded.new_seq, last_seq = excluded.last_seq,
    since = excluded.since, stream_created = excluded.stream_created, stream_seq = excluded.stream_seq,
    stream_id = excluded.stream_id, foreign_seq = excluded.foreign_seq, updated_at = excluded.updated_at,
    stream_missing = excluded.stream_missing, recent_seq = excluded.recent_seq,
    history_seq = excluded.history_seq, history_last_seq = excluded.history_last_seq,
    rewind_from = nullif(relay_cursors.rewind_from, $15::timestamptz)
returning set_config('synchronous_commit', 'off', true)
