-- How many sessions of ledger-svc have a transaction open. One row.
select count(*)
from pg_catalog.pg_stat_activity
where usename = 'paybus_ledger' and xact_start is not null
