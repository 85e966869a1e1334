-- Run $1. One row.
select id, mode, trigger, actor, state, error, summary, events, entries, accounts, started_at, finished_at,
       case when state = 'completed' then not is_partial end as is_complete,
       case when state = 'completed' then mark_seq end as covered_seq, newest_seq
from paybus.reconcile_runs
where id = $1::uuid
