-- Transactions of which other than their reversals say was given back, or more than there was, and reversals that reverse
-- nothing or move other money than the original, the other way round. 20 rows at most.
with given_back as (
    select d.reverses as original, sum(t.amount) as amount
    from paybus.transaction_details d
    join paybus.transactions t on t.id = d.transaction_id and t.kind = 'reversal'
    where d.reverses is not null
    group by d.reverses),
net as (
    select e.transaction_id, e.account_id, sum(case e.direction when 'credit' then e.amount else -e.amount end) as amount
    from paybus.entries e
    group by e.transaction_id, e.account_id)
select coalesce(r.transaction_id, g.original)::text as object,
       format('%s of %s given back, by its reversals %s', r.reversed, t.amount, g.amount) as detail
from paybus.reversals r
full join given_back g on g.original = r.transaction_id
left join paybus.transactions t on t.id = coalesce(r.transaction_id, g.original)
where r.reversed is distinct from g.amount or g.amount > t.amount or r.amount is distinct from t.amount
   or t.kind in ('reversal', 'payment', 'refund', 'payout', 'payout_return', 'fee')
union all
select t.id::text, 'it reverses nothing'
from paybus.transactions t
left join paybus.transaction_details d on d.transaction_id = t.id
where t.kind = 'reversal' and d.reverses is null
union all
select t.id::text, format('account %s: %s by %s for %s by %s', n.account_id, m.amount, t.amount, n.amount, o.amount)
from paybus.transactions t
join paybus.transaction_details d on d.transaction_id = t.id
join paybus.transactions o on o.id = d.reverses
join net n on n.transaction_id = o.id
left join net m on m.transaction_id = t.id and m.account_id = n.account_id
where m.amount * o.amount is distinct from -n.amount * t.amount
limit 20
