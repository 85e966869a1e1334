-- Deliveries that nobody has looked at yet. One row: how many.
select count(*)
from paybus.work
where kind = 'delivery'
  and state = 'received'
