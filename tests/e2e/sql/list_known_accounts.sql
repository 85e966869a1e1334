-- Every account with its owner and counters, in order of id. One row each.
select id, role, allow_negative, status, debits_posted, credits_posted, debits_pending, version, owner, type = 'system'
from paybus.accounts
order by id
