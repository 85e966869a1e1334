-- Those of the accounts $1 whose rows no session has locked. This transaction has their advisory locks: whoever has a row
-- locked all the same is not ledger-svc. One row each.
select id
from paybus.accounts
where id = any($1::uuid[])
for no key update skip locked
