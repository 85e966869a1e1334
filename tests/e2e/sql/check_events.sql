-- Transactions without exactly one event that says so, and such events without a transaction. 20 rows at most.
select coalesce(t.id, e.object_id)::text as object, format('%s events', coalesce(e.events, 0)) as detail
from paybus.transactions as t
full join (select object_id, count(*) as events
           from paybus.events
           where type = 'transaction.posted'
           group by object_id) as e on e.object_id = t.id
where t.id is null or e.events is distinct from 1
limit 20
