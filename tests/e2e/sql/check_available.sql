-- Accounts with less than nothing available that must not have that. 20 rows at most.
select id::text as object, format('%s available', credits_posted - debits_posted - debits_pending) as detail
from paybus.accounts
where not allow_negative and credits_posted - debits_posted - debits_pending < 0
limit 20
