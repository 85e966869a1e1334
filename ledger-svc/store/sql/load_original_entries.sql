-- The entries of the transactions $1, legs in order.
select transaction_id, account_id, direction, amount, currency
from paybus.entries
where transaction_id = any($1::uuid[])
order by transaction_id, leg
