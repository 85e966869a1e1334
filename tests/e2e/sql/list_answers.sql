-- Every answer that is stored under a client's key, in order of key, those of a batch's slices in
-- theirs. One row each.
select key, status, body, owner
from paybus.idempotency_keys
where key is not null
order by key collate "C", created_at
