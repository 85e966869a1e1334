-- Transactions of everybody, newest first, after the cursor $1: at most $6 rows. Filters: $2 kind (null: any), created
-- from $4 until before $5; ids rise with time, so $3 is an id below all that can fit.
select id, kind, amount, currency, description, reference, metadata, created_at, entry_count,
       true as is_wanted, false as is_last
from api.transactions
where id < $1
  and id >= $3
  and ($2::text is null or kind = $2)
  and created_at >= $4
  and created_at < $5
order by id desc
limit $6
