-- One account: one row, or none if it does not exist or belongs to somebody else than owner $2 (null: anybody's).
select id, owner, type, currency, name, status, debits_posted, credits_posted, debits_pending, credits_pending,
       version, created_at, metadata
from api.accounts
where id = $1 and ($2::text is null or owner = $2)
