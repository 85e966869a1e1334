-- Anomaly $1, locked, is now $2, and $3 has asked for it to be written off (null: nobody): by action $4 of $5 with note $6.
-- One row with what it is now.
with decided as (
    update paybus.reconcile_anomalies
    set state = $2::text, write_off_by = $3::text
    where id = $1::uuid
    returning id, code, check_id, severity, family, object_type, object, currency, expected, actual, detail, state, write_off_by,
       first_seen_at, last_seen_at, first_run_id, last_run_id),
noted as (
    insert into paybus.reconcile_decisions (anomaly_id, action, actor, note)
    select d.id, $4::text, $5::text, $6::text from decided d)
select id, code, check_id, severity, family, object_type, object, currency, expected, actual, detail, state, write_off_by,
       first_seen_at, last_seen_at, first_run_id, last_run_id
from decided
