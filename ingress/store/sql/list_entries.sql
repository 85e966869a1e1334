-- Entries of everybody, newest first, after transaction $1 and its leg $2: at most $4 rows. Filter: $3 direction (null:
-- both).
select e.transaction_id, e.leg, e.account_id, e.account_owner, e.direction, e.amount, e.currency, e.balance_after,
       e.created_at, e.account_version, true as is_wanted, false as is_last
from api.entries e
where (e.transaction_id, e.leg) < ($1, $2)
  and ($3::text is null or e.direction = $3)
order by e.transaction_id desc, e.leg desc
limit $4
