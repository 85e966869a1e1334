-- The run under way. One row if there is one.
select id from paybus.reconcile_runs where state = 'running'
