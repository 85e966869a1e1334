-- Ends those of the sessions $1 that list_stalled_sessions found and that have begun no message since ($2, their state_change)
-- and still wait for their clients: one that was only met in the moment between a long statement and the next is not among
-- them. One row: how many were ended.
select count(*) filter (where pg_terminate_backend(a.pid))
from pg_catalog.pg_stat_activity a
join (select unnest($1::integer[]) as pid, unnest($2::timestamptz[]) as state_change) s using (pid, state_change)
where a.usename = current_user
  and a.state = 'active'
  and a.wait_event in ('ClientRead', 'ClientWrite')
  and a.xact_start is not null
