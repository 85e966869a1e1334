-- The first transaction that no event posts, or whose entries are without it: reads the tables whole. One row, or none.
select n.id, n.is_entry
from ((select t.id, false as is_entry
       from paybus.transactions t
       where not exists (select from paybus.events e where e.type = 'transaction.posted' and e.object_id = t.id)
       limit 1)
      union all
      (select e.transaction_id, true
       from paybus.entries e
       where not exists (select from paybus.transactions t where t.id = e.transaction_id)
       limit 1)) n
limit 1
