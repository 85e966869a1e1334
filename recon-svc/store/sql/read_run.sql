-- Run $1. One row.
select id, mode, trigger, actor, state, events, entries, accounts, is_truncated, error, started_at, finished_at
from paybus.reconcile_runs
where id = $1::uuid
