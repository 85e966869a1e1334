-- Which of the lines $2 (bank references), $3 (references), $4 (amounts), $5 (booking dates) an earlier statement of the account
-- $1 has had: their places from 1. Lines of disputed statements do not count.
select w.place
from unnest($2::text[], $3::text[], $4::bigint[], $5::date[])
     with ordinality as w (bank_reference, reference, amount, booked_on, place)
where exists (
    select
    from paybus.reconcile_statement_lines l
    join paybus.reconcile_statements s on s.id = l.statement_id
    where l.account_id = $1::uuid and l.bank_reference = w.bank_reference and l.bank_reference is not null
      and l.refused is null and l.amount = w.amount and l.booked_on = w.booked_on
      and coalesce(l.reference, '') = w.reference and s.state = 'reconciled')
