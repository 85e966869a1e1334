-- Holds in a status $2, newest first, after the cursor $1: at most $5 rows. Filters as in list_holds. Compared as rows, status and
-- id can be in order by their own index only.
select id, account_id, destination_id, owner, amount, captured, status, currency, capture_id, description, reference,
       metadata, expires_at, created_at, updated_at
from api.holds
where (status, id) < ($2, $1)
  and (status, id) >= ($2, $6)
  and created_at >= $3
  and created_at < $4
order by status desc, id desc
limit $5
