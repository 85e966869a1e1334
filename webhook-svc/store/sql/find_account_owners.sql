-- Whose these accounts are, by id. A row for each that exists.
select id, owner
from paybus.find_account_owners($1::uuid[])
order by id
