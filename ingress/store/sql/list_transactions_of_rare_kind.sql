-- Transactions of a kind $2 that is not "transfer", newest first, after the cursor $1: at most $6 rows. Created from $4
-- until before $5; $3 is an id below all that can fit.
select id, kind, amount, currency, description, reference, metadata, created_at, entry_count
from api.transactions
where kind = $2
  and kind <> 'transfer'
  and id < $1
  and id >= $3
  and created_at >= $4
  and created_at < $5
order by kind desc, id desc
limit $6
