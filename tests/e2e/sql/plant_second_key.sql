-- One key is stored once more, under the next day. One row inserted.
insert into paybus.idempotency_keys (digest, created_on, owner, key, fingerprint, command_id, status, body, created_at)
select digest, created_on + 1, owner, key, fingerprint, command_id, status, body, created_at
from paybus.idempotency_keys
where digest = (select max(digest::text)::uuid from paybus.idempotency_keys)
