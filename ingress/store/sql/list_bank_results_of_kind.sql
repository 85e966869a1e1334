-- Those of the statement $1 with the result $4, in their order, behind number $2: at most $3 rows.
select r.number, r.result, r.group_number, r.line_number, r.transaction_id, r.day, r.currency, r.expected, r.actual, r.amount,
       r.reference, r.bank_reference, r.text, r.refused
from api.bank_statement_results r
where r.statement_id = $1 and r.result = $4 and r.number > $2
order by r.statement_id, r.result, r.number
limit $3
