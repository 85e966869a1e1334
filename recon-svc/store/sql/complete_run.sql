-- Run $1 has ended: $2 next_seq, $3 next_transaction, $4 block_number, $5 block_hash, $6 events, $7 entries,
-- $8 accounts, $9 anomalies, $10 more than were kept, $11 the last event, $12 the summary, $13 not all that was
-- there was looked at. One row.
update paybus.reconcile_runs
set state = 'completed', next_seq = $2::bigint, next_transaction = $3::uuid, block_number = $4::bigint, block_hash = $5::bytea,
    events = $6::bigint, entries = $7::bigint, accounts = $8::bigint, found = $9::bigint, is_truncated = $10::boolean, mark_seq = $11::bigint,
    summary = $12::json, is_partial = $13::boolean,
    updated_at = clock_timestamp(), finished_at = clock_timestamp()
where id = $1::uuid and state = 'running'
returning finished_at
