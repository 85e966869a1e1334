-- The number of the newest event, 0 when there is none. One row.
select coalesce(max(seq), 0)
from paybus.events
