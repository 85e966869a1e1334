-- Takes the advisory lock $1 for this transaction. One row.
select pg_advisory_xact_lock($1::bigint)
