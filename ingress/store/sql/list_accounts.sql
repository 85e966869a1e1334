-- Accounts of everybody, newest first, after the cursor $1: at most $7 rows. Filters: $2 type, $3 currency, $4 status
-- (null: any), created from $5 until before $6.
select id, owner, type, currency, name, status, debits_posted, credits_posted, debits_pending, credits_pending,
       version, created_at, metadata
from api.accounts
where id < $1
  and ($2::text is null or type = $2)
  and ($3::text is null or currency = $3)
  and ($4::text is null or status = $4)
  and created_at >= $5
  and created_at < $6
order by id desc
limit $7
