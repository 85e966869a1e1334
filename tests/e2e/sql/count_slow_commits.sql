-- How many sessions of ledger-svc are sleeping in their COMMIT. One row.
select count(*)
from pg_catalog.pg_stat_activity
where usename = 'paybus_ledger' and wait_event = 'PgSleep'
