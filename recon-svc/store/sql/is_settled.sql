-- Have all transactions below number $1 ended? One row.
select pg_snapshot_xmin(pg_current_snapshot())::text::bigint >= $1::bigint as is_settled
