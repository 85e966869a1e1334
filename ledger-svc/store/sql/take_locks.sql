-- Takes the batch's advisory transaction locks, on keys and accounts, in the order of the array (ascending). One row, not read.
select count(pg_advisory_xact_lock(n)) from unnest($1::bigint[]) as n
