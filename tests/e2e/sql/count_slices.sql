-- How many stored answers key $1 has: one for each slice of a batch. One row.
select count(*) from paybus.idempotency_keys where key = $1::text
