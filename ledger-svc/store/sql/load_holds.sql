-- Holds whose locks this transaction has. One row per hold that exists.
select id, account_id, destination_id, owner, currency, amount, captured, status, capture_id, description, reference,
       metadata, expires_at, created_at, updated_at
from paybus.holds
where id = any($1::uuid[])
