-- Deliveries that are being sent, or were when nobody could note their end. One row: how many.
select count(*)
from paybus.work
where kind = 'delivery'
  and state = 'processing'
