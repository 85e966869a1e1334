-- Transactions of which something is given back for the first time. No rows come back.
insert into paybus.reversals (transaction_id, amount, reversed, updated_at)
select n.transaction_id, n.amount, n.reversed, coalesce(n.updated_at, $5)
from (select unnest($1::uuid[]) as transaction_id, unnest($2::bigint[]) as amount, unnest($3::bigint[]) as reversed,
             unnest($4::timestamptz[]) as updated_at) as n
