-- What is visible now. One row.
select pg_current_snapshot()::text
