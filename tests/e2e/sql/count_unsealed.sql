-- How many events are newer than the newest block. One row.
select count(*)
from paybus.events
where seq > coalesce((select max(last_seq) from paybus.blocks), 0)
