-- Run $1. One row.
select id, mode, trigger, actor, state, error, summary, events, entries, accounts, started_at, finished_at
from paybus.reconcile_runs
where id = $1::uuid
