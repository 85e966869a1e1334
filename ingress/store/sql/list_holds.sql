-- Holds of everybody, newest first, after the cursor $1: at most $5 rows. Filters: $2 status (null: any), authorized from
-- $3 until before $4.
select id, account_id, destination_id, owner, amount, captured, status, currency, capture_id, description, reference,
       metadata, expires_at, created_at, updated_at
from api.holds
where id < $1
  and id >= $6
  and ($2::text is null or status = $2)
  and created_at >= $3
  and created_at < $4
order by id desc
limit $5
