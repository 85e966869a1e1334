-- Which transactions the events after number $1 post, in order: at most $2 rows.
select seq, object_id
from paybus.events
where seq > $1::bigint and type = 'transaction.posted'
order by seq
limit $2::bigint
