-- How far run $1 is: $2 events, $3 entries, $4 accounts, $5 anomalies. One row.
update paybus.reconcile_runs
set events = $2::bigint, entries = $3::bigint, accounts = $4::bigint, found = $5::bigint, updated_at = clock_timestamp()
where id = $1::uuid and state = 'running'
returning id
