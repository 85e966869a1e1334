-- Behind the lock: what is still marked as running was left by a process that ended. A row for each.
update paybus.reconcile_runs
set state = 'aborted', finished_at = clock_timestamp(), error = 'its process ended'
where state = 'running'
returning id
