-- Until the end of the transaction nobody else moves the projection. One row.
select pg_advisory_xact_lock('paybus.reconcile_projection'::regclass::oid::bigint)
