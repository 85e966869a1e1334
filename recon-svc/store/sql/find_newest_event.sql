-- The newest visible event's number, 0 without any. One row.
select coalesce(max(seq), 0) as newest
from paybus.events
where seq >= 0
