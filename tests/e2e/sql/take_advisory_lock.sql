-- Keeps the advisory lock $1 from everybody until the end of the transaction. One row.
select pg_advisory_xact_lock($1::bigint)
