-- The accounts of the holds $1. A row for each account.
select distinct h.account_id
from paybus.holds h
where h.id = any ($1::uuid[])
