-- These accounts in this order. One row for each that exists.
select id, name, owner, type, currency, credits_posted - debits_posted
from paybus.accounts
where id = any($1::uuid[])
order by array_position($1::uuid[], id)
