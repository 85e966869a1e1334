-- Tries to become the one session that does a job ($1: its number), until the session ends. Who has it and was silent for
-- longer than any statement may take has stopped: that session is ended, and the next try gets the job. One row: whether
-- this session has it now, and how many were ended.
with lead as materialized (select pg_try_advisory_lock(1885434484, $1::int) as is_mine)
select l.is_mine,
       (select count(*) filter (where pg_terminate_backend(a.pid))
        from pg_catalog.pg_locks k
        join pg_catalog.pg_stat_activity a on a.pid = k.pid
        where not l.is_mine
          and k.locktype = 'advisory'
          and k.database = (select d.oid from pg_catalog.pg_database d where d.datname = current_database())
          and k.classid = 1885434484
          and k.objid = $1::int::oid
          and k.objsubid = 2
          and k.granted
          and a.usename = current_user
          and a.state_change < clock_timestamp() - interval '5 s')
from lead l
