-- Accounts of a type $2 that is not "user", newest first, after the cursor $1: at most $7 rows. Filters as in
-- list_accounts.
select id, owner, type, currency, name, status, debits_posted, credits_posted, debits_pending, credits_pending,
       version, created_at, metadata
from api.accounts
where type = $2
  and type <> 'user'
  and id < $1
  and ($3::text is null or currency = $3)
  and ($4::text is null or status = $4)
  and created_at >= $5
  and created_at < $6
order by type desc, id desc
limit $7
