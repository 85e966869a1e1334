-- One anomaly. One row if it exists.
select a.id, a.code, a.check_id, a.severity, a.family, a.object_type, a.object, a.currency, a.expected, a.actual, a.detail,
       a.state, a.write_off_by, a.first_seen_at, a.last_seen_at, a.first_run_id, a.last_run_id
from api.reconcile_anomalies a
where a.id = $1
