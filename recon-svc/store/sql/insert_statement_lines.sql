-- Lines of the statement $1 of the account $2: $3 numbers, $4 amounts, $5 currencies, $6 booking dates, $7 value dates, $8
-- references, $9 bank references, $10 texts, $11 why they are set aside. No row.
insert into paybus.reconcile_statement_lines
    (statement_id, account_id, number, amount, currency, booked_on, valued_on, reference, bank_reference, text, refused)
select $1::uuid, $2::uuid, l.number, l.amount, l.currency, l.booked_on, l.valued_on, l.reference, l.bank_reference, l.text,
       l.refused
from unnest($3::bigint[], $4::bigint[], $5::text[], $6::date[], $7::date[], $8::text[], $9::text[], $10::text[], $11::text[])
     as l (number, amount, currency, booked_on, valued_on, reference, bank_reference, text, refused)
