-- Moves the stored answers of key $1, all but the $2 newest ones, to yesterday. One row each. The wall against changes must be
-- off in this session.
update paybus.idempotency_keys
set created_on = created_on - 1
where digest in (select digest from paybus.idempotency_keys where key = $1::text
                 order by created_at desc offset $2::int)
returning digest
