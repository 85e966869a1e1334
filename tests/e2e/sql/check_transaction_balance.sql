-- Transactions whose entries do not sum to zero in a currency. One row each, 20 at most.
select transaction_id::text as object, format('%s is off by %s', currency, sum(signed)) as detail
from (select transaction_id, currency, case direction when 'credit' then amount else -amount end as signed
      from paybus.entries) as e
group by transaction_id, currency
having sum(signed) <> 0
limit 20
