-- As list_transactions_of_owner for an owner $1 of so many accounts that going through the newest transactions of
-- everybody finds a page sooner than asking each account: before the transaction $2, at most $6 rows. Filters: created
-- from $3 until before $4, $5 kind (null: any), $7 is an id below all that can fit. Scalar subqueries stay behind the
-- scan, where joins could start with all of the owner's accounts.
select t.id, t.kind, t.amount, t.currency, t.description, t.reference, t.metadata, t.created_at, t.entry_count
from api.transactions t
where t.id < $2
  and t.id >= $7
  and t.created_at >= $3
  and t.created_at < $4
  and ($5::text is null or t.kind = $5)
  and (select true from api.entries e
       where e.transaction_id = t.id and (select a.owner from api.accounts a where a.id = e.account_id) = $1 limit 1)
order by t.id desc
limit $6
