-- The entries of the transactions $1 by transaction and leg: all columns, in the order in which they are hashed. Further
-- columns come at the end.
select e.transaction_id, e.leg, e.account_id, e.account_version, e.direction, e.amount, e.currency, e.balance_after,
       e.created_at, e.counterparty_id, e.kind
from (select distinct u.id from unnest($1::uuid[]) as u (id)) w
cross join lateral (
    select n.transaction_id, n.leg, n.account_id, n.account_version, n.direction, n.amount, n.currency, n.balance_after,
           n.created_at, n.counterparty_id, n.kind
    from paybus.entries n
    where n.transaction_id = w.id
    order by n.leg
    limit 32767) e
order by e.transaction_id, e.leg
