-- Holds of account $7 that concern owner $8 (null: anybody), newest first, after the cursor $1: at most $5 rows. Filters as
-- in list_holds.
select id, account_id, destination_id, owner, amount, captured, status, currency, capture_id, description, reference,
       metadata, expires_at, created_at, updated_at
from api.holds
where account_id = $7
  and ($8::text is null or account_owner = $8 or owner = $8)
  and id < $1
  and id >= $6
  and ($2::text is null or status = $2)
  and created_at >= $3
  and created_at < $4
order by account_id desc, id desc
limit $5
