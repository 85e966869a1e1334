-- A full run lets incremental ones through: one of each mode may be under way.
drop index paybus.reconcile_runs_running;
create unique index reconcile_runs_running on paybus.reconcile_runs (mode) where state = 'running';
