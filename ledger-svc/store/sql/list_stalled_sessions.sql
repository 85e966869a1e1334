-- Sessions that look as if their processes had stopped in the middle of a pipeline: PostgreSQL waits for the rest of it, or
-- for room to send answers, and no timeout of PostgreSQL's runs then. Only sessions like this one (role, database,
-- application_name) with a transaction open whose last message began 1.25 s ago (session.c says why that long). A session that
-- executes or waits for a lock has another wait_event; one that is idle in a transaction another state. One row each.
select pid, state_change
from pg_catalog.pg_stat_activity
where usename = current_user
  and datname = current_database()
  and application_name = current_setting('application_name')
  and pid <> pg_backend_pid()
  and state = 'active'
  and wait_event in ('ClientRead', 'ClientWrite')
  and xact_start is not null
  and state_change < clock_timestamp() - interval '1250 ms'
