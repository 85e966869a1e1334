-- From the writing of a piece of work to its latest change, in microseconds. One row.
select (extract(epoch from updated_at - created_at) * 1000000)::bigint
from paybus.work
where id = $1
