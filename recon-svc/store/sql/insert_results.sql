-- Results of the statement $1: $2 numbers, $3 results, $4 groups, $5 is it the first of its group, $6 lines, $7 transactions, $8
-- their legs, $9 days, $10 currencies, $11 expected, $12 actual. No row.
insert into paybus.reconcile_results
    (statement_id, number, result, group_number, is_lead, line_number, transaction_id, leg, day, currency, expected, actual)
select $1::uuid, r.number, r.result, r.group_number, r.is_lead, r.line_number, r.transaction_id, r.leg, r.day, r.currency, r.expected,
       r.actual
from unnest($2::bigint[], $3::text[], $4::bigint[], $5::boolean[], $6::bigint[], $7::uuid[], $8::smallint[], $9::date[],
            $10::text[], $11::bigint[], $12::bigint[])
     as r (number, result, group_number, is_lead, line_number, transaction_id, leg, day, currency, expected, actual)
