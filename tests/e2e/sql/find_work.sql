-- A piece of work: state, generation, attempts, last error, when it was changed.
select state::text, generation, attempts, coalesce(last_error, ''), updated_at
from paybus.work
where id = $1
