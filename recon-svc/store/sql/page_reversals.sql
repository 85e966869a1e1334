-- Transactions that something was given back of, after id $1, in order: at most $2 rows.
select transaction_id
from paybus.reversals
where transaction_id > $1::uuid
order by transaction_id
limit $2::bigint
