-- Anomalies in state $7, newest first, after the cursor $1: at most $8 rows. The rest as in list_unresolved_anomalies.
select s.id, s.code, s.check_id, s.severity, s.family, s.object_type, s.object, s.currency, s.expected, s.actual, s.detail,
       s.state, s.write_off_by, s.first_seen_at, s.last_seen_at, s.first_run_id, s.last_run_id, s.is_wanted,
       s.place = 20000 as is_last
from (select n.*, row_number() over (order by n.id desc) as place
      from (select a.id, a.code, a.check_id, a.severity, a.family, a.object_type, a.object, a.currency, a.expected, a.actual,
                   a.detail, a.state, a.write_off_by, a.first_seen_at, a.last_seen_at, a.first_run_id, a.last_run_id,
                   ($2::text is null or a.code = $2)
                       and ($3::text is null or a.check_id = $3)
                       and ($4::text is null or a.severity = $4)
                       and ($5::text is null or a.family = $5)
                       and ($6::text is null or a.object = $6)
                       and a.state = $7 as is_wanted
            from api.reconcile_anomalies a
            where a.id < $1
            order by a.id desc
            limit 20000) n) s
where s.is_wanted or s.place = 20000
order by s.id desc
limit $8
