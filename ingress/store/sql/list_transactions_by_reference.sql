-- Transactions with a reference $6, newest first, after the cursor $1: at most $5 rows. Filters: $2 kind (null: any),
-- created from $3 until before $4, with an entry of owner $7 (null: anybody's).
select t.id, t.kind, t.amount, t.currency, t.description, t.reference, t.metadata, t.created_at, t.entry_count
from api.transactions t
where t.reference = $6
  and t.id < $1
  and ($2::text is null or t.kind = $2)
  and t.created_at >= $3
  and t.created_at < $4
  and ($7::text is null or
       (select true from api.entries e
        where e.transaction_id = t.id and (select a.owner from api.accounts a where a.id = e.account_id) = $7 limit 1))
order by t.reference desc, t.id desc
limit $5
