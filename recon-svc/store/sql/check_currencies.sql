-- Currencies whose accounts together are not zero. A row for each. One moment for all accounts; the condition always holds, it
-- makes the index lead.
select 'currency_not_zero' as code, 'currency' as object_type, null::uuid as object_id, a.currency as object, a.currency,
       0::bigint as expected, sum(a.credits_posted - a.debits_posted)::bigint as actual
from paybus.accounts a
where a.id >= '00000000-0000-0000-0000-000000000000'
group by a.currency
having sum(a.credits_posted - a.debits_posted) <> 0
