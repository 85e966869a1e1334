-- All entries of the transactions $1, newest transaction first, legs in order: at most 100 rows for each.
select e.transaction_id, e.leg, e.account_id, e.account_owner, e.direction, e.amount, e.currency, e.balance_after,
       e.created_at, e.account_version
from api.entries e
where e.transaction_id = any ($1)
order by e.transaction_id desc, e.leg
