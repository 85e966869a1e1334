-- Events after number $1 up to number $2 that have not become deliveries, in order, at most $3 rows.
select seq, id, type, resource, object_id, command_id, owner, actor, source, traceparent, before, after, created_at
from paybus.list_events_to_fan_out($1::bigint, $2::bigint, $3::bigint)
