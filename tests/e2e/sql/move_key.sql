-- Moves the stored answer of key $1 by $2 days to another partition. One row if there was one. The wall against changes
-- must be off in this session.
update paybus.idempotency_keys
set created_on = created_on + $2::int, created_at = created_at + make_interval(days => $2::int)
where key = $1::text
returning created_on::text
