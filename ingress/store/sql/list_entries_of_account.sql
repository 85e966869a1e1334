-- Entries of account $1, which belongs to owner $2 (null: anybody), newest first, with a version below $3: at most $5
-- rows. Filter: $4 direction (null: both). Whose it is, is asked once and not of every entry.
select e.transaction_id, e.leg, e.account_id, e.account_owner, e.direction, e.amount, e.currency, e.balance_after,
       e.created_at, e.account_version
from api.entries e
where e.account_id = (select a.id from api.accounts a where a.id = $1 and ($2::text is null or a.owner = $2))
  and e.account_version < $3
  and ($4::text is null or e.direction = $4)
order by e.account_version desc
limit $5
