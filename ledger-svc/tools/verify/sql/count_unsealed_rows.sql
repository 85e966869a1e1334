-- How many more transactions and entries there are than blocks up to number $1 and the events after it account for; reads
-- both tables whole. One row.
select (select count(*) from paybus.transactions)
       - (select coalesce(sum(b.transaction_count), 0) from paybus.blocks b where b.number <= $1)::bigint
       - count(distinct t.id) as transactions,
       (select count(*) from paybus.entries)
       - (select coalesce(sum(b.entry_count), 0) from paybus.blocks b where b.number <= $1)::bigint
       - count(n.leg) as entries
from paybus.events e
join paybus.transactions t on t.id = e.object_id
join paybus.entries n on n.transaction_id = t.id
where e.type = 'transaction.posted'
  and e.seq > (select coalesce(max(b.last_seq), 0) from paybus.blocks b where b.number <= $1)
