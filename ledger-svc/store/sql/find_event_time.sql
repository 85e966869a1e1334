-- When event number $1 was written. One row, or none.
select created_at from paybus.events where seq = $1::bigint
