-- The lock that keeps a second run out, until this session ends. One row: t or f.
select pg_try_advisory_lock(hashtextextended('paybus-migrate', 0))
