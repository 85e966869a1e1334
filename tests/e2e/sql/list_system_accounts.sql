-- The system accounts of currency $1, in order of id. One row each.
select id
from paybus.accounts
where type = 'system' and currency = $1::text
order by id
