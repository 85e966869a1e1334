-- Holds in a status $2, newest first, after the cursor $1: at most $5 rows. Filters as in list_holds. What
-- is always true names the index (migration 0018).
select id, account_id, destination_id, owner, amount, captured, status, currency, capture_id, description, reference,
       metadata, expires_at, created_at, updated_at
from api.holds
where status = $2
  and amount >= 1
  and uuid_send(id) < uuid_send($1)
  and uuid_send(id) >= uuid_send($6)
  and created_at >= $3
  and created_at < $4
order by uuid_send(id) desc
limit $5
