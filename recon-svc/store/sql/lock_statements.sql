-- Statements of the account $1 are taken one after the other, until the transaction ends. One row.
select pg_advisory_xact_lock('paybus.reconcile_statements'::regclass::oid::int, hashtext($1::uuid::text))
