-- The same, waiting for the other run.
select pg_advisory_lock(hashtextextended('paybus-migrate', 0))
