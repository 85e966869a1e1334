-- Run $1 could not be finished: $2 says why. One row.
update paybus.reconcile_runs
set state = 'failed', error = $2::text, finished_at = clock_timestamp()
where id = $1::uuid and state = 'running'
returning id
