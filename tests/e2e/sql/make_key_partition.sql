-- The partition of stored answers for the day $1 days ago, unless it is there. One row.
select paybus.make_partition('idempotency_keys', current_date - $1::int)
