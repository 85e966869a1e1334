-- A new statement: $1 id, $2 account, $3 hash, $4 format, $5 its number, $6 currency, $7 and $8 days, $9 opening, $10 closing and
-- $11 computed balance, $12 footing, $13 state, $14 lines, $15 results, $16 actor. One row: when.
insert into paybus.reconcile_statements
    (id, account_id, content_hash, format, number, currency, first_day, last_day, opening_balance, closing_balance,
     computed_balance, footing, state, line_count, results, actor)
values ($1::uuid, $2::uuid, $3::bytea, $4::text, $5::text, $6::text, $7::date, $8::date, $9::bigint, $10::bigint, $11::bigint,
        $12::text, $13::text, $14::bigint, $15::json, $16::text)
returning created_at
