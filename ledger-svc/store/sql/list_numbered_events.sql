-- Events after number $1 up to number $2, in order, at most $5 rows, that are visible in snapshot $3; up to number $4 all that
-- are there. All columns, in the order of list_sealed_events.
select seq, id, xid, type, resource, object_id, command_id, owner, actor, source, traceparent, before, after, created_at
from paybus.events
where seq > $1::bigint
  and seq <= $2::bigint
  and (seq <= $4::bigint or pg_visible_in_snapshot(xid, (select $3::text::pg_snapshot)))
order by seq
limit $5::bigint
