-- Takes the batch's advisory transaction locks, on keys and accounts, in the order of the array (ascending), then reads
-- PostgreSQL's clock: an entry may not carry an earlier time than what the locks' last holders wrote. One row: how many
-- locks, the time, and when the statement began, which tells how long it waited.
select count(pg_advisory_xact_lock(n)), clock_timestamp(), statement_timestamp()
from unnest($1::bigint[]) as n
