-- Whether this transaction is the one that looks for events that the stream did not bring. One row.
select pg_try_advisory_xact_lock('paybus.webhook_fanout'::regclass::oid::bigint)
