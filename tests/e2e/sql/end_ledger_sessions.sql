-- Ends the sessions of ledger-svc, whatever they are doing. One row each.
select pg_terminate_backend(pid)
from pg_catalog.pg_stat_activity
where usename = 'paybus_ledger'
