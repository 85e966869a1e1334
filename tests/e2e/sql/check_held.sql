-- Accounts whose pending money is not what their open holds still hold. 20 rows at most.
select a.id::text as object,
       format('%s out and %s in are pending, open holds hold %s', a.debits_pending, a.credits_pending, coalesce(h.held, 0)) as detail
from paybus.accounts a
left join (select account_id, sum(amount - captured) as held
           from paybus.holds
           where status in ('authorized', 'partially_captured')
           group by account_id) h on h.account_id = a.id
where a.debits_pending <> coalesce(h.held, 0) or a.credits_pending <> 0
limit 20
