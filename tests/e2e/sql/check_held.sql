-- Accounts with pending money that no hold explains: there are no holds yet. 20 rows at most.
select id::text as object, format('%s out and %s in are pending', debits_pending, credits_pending) as detail
from paybus.accounts
where debits_pending <> 0 or credits_pending <> 0
limit 20
