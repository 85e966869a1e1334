-- Open anomalies, the latest first: at most $1 rows.
select id, code, check_id, severity, family, object_type, object, currency, expected, actual, detail, state, write_off_by,
       first_seen_at, last_seen_at, first_run_id, last_run_id
from paybus.reconcile_anomalies
where state in ('open', 'acknowledged')
order by first_seen_at desc, code, object
limit $1::bigint
