-- Takes a stored answer away, by key $1 and how many days ago $2 it was made. One row if there was one. The wall against
-- changes must be off in this session.
delete from paybus.idempotency_keys
where key = $1::text and created_on = current_date - $2::int
returning key
