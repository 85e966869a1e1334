-- Transactions that have another number of entries than they say, and entries without a transaction. 20 rows at most.
select coalesce(t.id, e.transaction_id)::text as object,
       format('%s entries, %s announced', coalesce(e.entries, 0), coalesce(t.entry_count::text, 'none')) as detail
from paybus.transactions as t
full join (select transaction_id, count(*) as entries from paybus.entries group by transaction_id) as e
    on e.transaction_id = t.id
where e.entries is distinct from t.entry_count
limit 20
