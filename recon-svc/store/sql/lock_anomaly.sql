-- Anomaly $1, which nobody else decides about meanwhile. One row if it exists.
select state, write_off_by
from paybus.reconcile_anomalies
where id = $1::uuid
for no key update
