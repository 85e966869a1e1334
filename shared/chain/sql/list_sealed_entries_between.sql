-- Entries of the transactions from id $1 to id $2, by transaction and leg, at most $3 rows: the columns of list_sealed_entries.
select n.transaction_id, n.leg, n.account_id, n.account_version, n.direction, n.amount, n.currency, n.balance_after,
       n.created_at, n.counterparty_id, n.kind
from paybus.entries n
where n.transaction_id >= $1::uuid and n.transaction_id <= $2::uuid
order by n.transaction_id, n.leg
limit $3::bigint
