-- Moves the two oldest stored answers of key $1 to $2 days from now, where nobody looks for them. One row each. The wall
-- against changes must be off in this session.
update paybus.idempotency_keys
set created_on = current_date + $2::int
where digest in (select digest from paybus.idempotency_keys where key = $1::text order by created_at limit 2)
returning digest
