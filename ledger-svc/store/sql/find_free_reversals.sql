-- Those of the transactions $1, of which something was given back, whose rows no session has locked, as find_free_accounts. One row
-- each.
select transaction_id
from paybus.reversals
where transaction_id = any($1::uuid[])
for no key update skip locked
