-- Every stored answer of owner $1, in order of key. One row each.
select key, status, body
from paybus.idempotency_keys
where owner = $1::text
order by key collate "C"
