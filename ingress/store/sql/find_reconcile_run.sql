-- One run of reconciliation. One row if it exists.
select r.id, r.mode, r.trigger, r.actor, r.state, r.error, r.summary, r.events, r.entries, r.accounts, r.started_at, r.finished_at,
       r.is_complete, r.covered_seq, r.newest_seq
from api.reconcile_runs r
where r.id = $1
