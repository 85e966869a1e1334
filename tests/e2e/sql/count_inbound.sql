-- How many pieces of work are in each state, in the order received, processing, processed, failed, dead. One row.
select count(*) filter (where state = 'received'), count(*) filter (where state = 'processing'),
       count(*) filter (where state = 'processed'), count(*) filter (where state = 'failed'),
       count(*) filter (where state = 'dead')
from paybus.work
