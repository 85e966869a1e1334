-- Lines of the statement $1 after number $2 that could be read, in order, at most $3 rows.
select l.number, l.bank_reference, l.reference, l.amount, l.currency, l.booked_on
from paybus.reconcile_statement_lines l
where l.statement_id = $1::uuid and l.number > $2::bigint and l.refused is null
order by l.number
limit $3::bigint
