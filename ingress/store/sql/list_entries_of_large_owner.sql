-- As list_entries_of_owner for an owner $1 of very many accounts: after transaction $2 and its leg $3, at most $5 rows.
-- Filter: $4 direction (null: both). The scalar subquery stays behind the scan.
select e.transaction_id, e.leg, e.account_id, e.account_owner, e.direction, e.amount, e.currency, e.balance_after,
       e.created_at, e.account_version
from api.entries e
where (e.transaction_id, e.leg) < ($2, $3)
  and (select a.owner from api.accounts a where a.id = e.account_id) = $1
  and ($4::text is null or e.direction = $4)
order by e.transaction_id desc, e.leg desc
limit $5
