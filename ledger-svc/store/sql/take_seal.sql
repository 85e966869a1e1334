-- May this transaction seal? That nobody else does is a lock; that all transactions below number $1 have ended is the
-- snapshot's word. One row, with the time. What was sealed is read by the next statement: this one's snapshot is older
-- than the lock.
select pg_try_advisory_xact_lock('paybus.blocks'::regclass::oid::bigint) as is_mine,
       pg_snapshot_xmin(pg_current_snapshot())::text::bigint >= $1 as is_settled,
       clock_timestamp() as sealed_at
