-- The accounts $1: one row for each that exists, in any order. Whose they are is for the caller to look at.
select id, owner, type, currency, name, status, debits_posted, credits_posted, debits_pending, credits_pending,
       version, created_at, metadata
from api.accounts
where id = any ($1)
