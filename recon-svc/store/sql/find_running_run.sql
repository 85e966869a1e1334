-- The run under way; of a full one and an incremental one that it lets through, the full one. One row if there is one.
select id
from paybus.reconcile_runs
where state = 'running'
order by mode
limit 1
