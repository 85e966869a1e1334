-- Takes the stored answers of key $1 away that are under the day $2 days from now. One row each. The wall against changes
-- must be off in this session.
delete from paybus.idempotency_keys
where key = $1::text and created_on = current_date + $2::int
returning digest
