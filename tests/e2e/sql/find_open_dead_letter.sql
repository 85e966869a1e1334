-- The open dead letter of a piece of work. One row.
select id, stream_seq
from paybus.dead_letters
where work_id = $1
  and resolved_at is null
