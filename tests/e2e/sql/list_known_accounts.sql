-- Every account with its counters, in order of id. One row each.
select id, role, allow_negative, status, debits_posted, credits_posted, debits_pending, version
from paybus.accounts
order by id
