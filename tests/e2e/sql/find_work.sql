-- A piece of work: state, generation, attempts, last error.
select state::text, generation, attempts, coalesce(last_error, '')
from paybus.work
where id = $1
