-- Holds of which something else was captured than their captures say, and captures without a hold. 20 rows at most.
select coalesce(h.id, c.hold_id)::text as object,
       format('captured %s, newest %s; by its captures %s, newest %s', h.captured, h.capture_id, coalesce(c.captured, 0),
              c.newest) as detail
from paybus.holds h
full join (select d.hold_id, sum(t.amount) as captured, max(t.id::text) as newest
           from paybus.transaction_details d
           join paybus.transactions t on t.id = d.transaction_id and t.kind = 'hold_capture'
           group by d.hold_id) c on c.hold_id = h.id
where h.captured is distinct from coalesce(c.captured, 0)
   or h.capture_id::text is distinct from c.newest
limit 20
