-- Anomalies that were open when run $1 ended, newest first: at most $2 rows. Ids of runs rise with time.
select a.id, a.code, a.check_id, a.severity, a.family, a.object_type, a.object, a.currency, a.expected, a.actual, a.detail,
       a.state, a.write_off_by, a.first_seen_at, a.last_seen_at, a.first_run_id, a.last_run_id
from ((select u.* from api.reconcile_anomalies u
       where u.state in ('open', 'acknowledged') and u.first_run_id <= $1
       order by u.id desc limit $2)
      union
      (select s.* from api.reconcile_anomalies s
       where s.last_run_id >= $1 and s.first_run_id <= $1
       order by s.last_run_id limit $2)) a
order by a.id desc
limit $2
