-- Transactions from id $1 to id $2, by id, at most $3 rows: the columns of list_sealed_transactions. Neighbours lie side by
-- side, so that this takes a tenth of what looking each of them up takes.
select p.id, p.kind, p.amount, p.currency, p.entry_count, p.owner, p.actor, p.description, p.reference, p.metadata,
       p.created_at, d.reverses, d.hold_id, d.reason, d.rate_numerator, d.rate_denominator, d.rounding
from paybus.transactions p
left join paybus.transaction_details d
       on d.transaction_id = p.id and d.transaction_id >= $1::uuid and d.transaction_id <= $2::uuid
where p.id >= $1::uuid and p.id <= $2::uuid
order by p.id
limit $3::bigint
