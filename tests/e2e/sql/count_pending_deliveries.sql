-- How many deliveries are to be sent or being sent. One row.
select count(*)
from paybus.work
where kind = 'delivery'
  and state in ('received', 'processing', 'failed')
