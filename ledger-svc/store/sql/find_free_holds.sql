-- Those of the holds $1 whose rows no session has locked, as find_free_accounts. One row each.
select id
from paybus.holds
where id = any($1::uuid[])
for no key update skip locked
