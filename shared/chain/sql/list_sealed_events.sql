-- Events after number $1 up to number $2, in order, at most $3 rows: all columns, in the order in which they are hashed.
-- Further columns come at the end.
select seq, id, xid, type, resource, object_id, command_id, owner, actor, source, traceparent, before, after, created_at
from paybus.events
where seq > $1 and seq <= $2
order by seq
limit $3
