-- Locks the accounts in order of id and reads them as they are after the wait. One row per account that exists.
-- FOR NO KEY UPDATE is the lock that the update of counters takes anyway; no stronger one is needed.
select id, owner, type, role, currency, name, status, allow_negative, debits_posted, credits_posted, debits_pending,
       credits_pending, version, last_entry_at, metadata, created_at
from paybus.accounts
where id = any($1::uuid[])
order by id
for no key update
