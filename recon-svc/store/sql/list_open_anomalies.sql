-- Open anomalies, the latest first: at most $1 rows.
select id, code, check_id, severity, family, object_type, object, currency, expected, actual, detail, state, first_seen_at,
       last_seen_at
from paybus.reconcile_anomalies
where state in ('open', 'acknowledged')
order by first_seen_at desc, code, object
limit $1::bigint
