-- Tries to become the one session that reconciles, until the session ends. One row.
select pg_try_advisory_lock('paybus.reconcile_runs'::regclass::oid::bigint) as is_mine
