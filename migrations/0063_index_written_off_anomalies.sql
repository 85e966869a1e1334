-- paybus: no transaction
-- What was written off of statements is not named again.
create index concurrently if not exists reconcile_anomalies_written_off on paybus.reconcile_anomalies (object_id, code)
    where state = 'written_off';
