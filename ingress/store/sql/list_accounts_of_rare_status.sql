-- Accounts in a status $4 that is not "open", newest first, after the cursor $1: at most $7 rows. Filters as in
-- list_accounts.
select id, owner, type, currency, name, status, debits_posted, credits_posted, debits_pending, credits_pending,
       version, created_at, metadata
from api.accounts
where status = $4
  and status <> 'open'
  and id < $1
  and ($2::text is null or type = $2)
  and ($3::text is null or currency = $3)
  and created_at >= $5
  and created_at < $6
order by status desc, id desc
limit $7
