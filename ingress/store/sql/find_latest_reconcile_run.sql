-- The newest completed run of reconciliation. One row if there is one.
select r.id, r.mode, r.trigger, r.actor, r.state, r.error, r.summary, r.events, r.entries, r.accounts, r.started_at, r.finished_at,
       r.is_complete, r.covered_seq, r.newest_seq
from api.reconcile_runs r
where r.state = 'completed'
order by r.finished_at desc
limit 1
