-- How many answers are kept under a key.
select count(*)
from paybus.idempotency_keys
