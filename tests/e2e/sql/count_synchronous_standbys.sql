-- How many standbys every COMMIT waits for now. One row.
select count(*)
from pg_catalog.pg_stat_replication
where sync_state = 'sync' and state = 'streaming'
