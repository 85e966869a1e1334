-- The process of a session of ledger-svc whose COMMIT waits for a standby; 0: none. One row.
select coalesce(max(pid), 0)
from pg_catalog.pg_stat_activity
where usename = 'paybus_ledger' and wait_event = 'SyncRep'
