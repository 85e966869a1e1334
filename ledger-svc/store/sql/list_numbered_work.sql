-- Work that is not finished, after number $1 up to number $2, in order, at most $5 rows, that is visible in snapshot $3; up to
-- number $4 all that is there. Not what waits here for its next attempt: webhook-svc publishes it then. Columns of list_work_window.
select w.seq, w.id, w.kind, w.generation, w.object_id, w.traceparent, w.enqueued_at, e.provider, e.event_id, e.event_type,
       e.occurred_at, e.payload
from (select seq, id, kind, generation, object_id, traceparent, enqueued_at
      from paybus.work
      where state in ('received', 'processing', 'failed')
        and (state <> 'failed' or parked_until is null)
        and seq > $1::bigint
        and seq <= $2::bigint
        and (seq <= $4::bigint or pg_visible_in_snapshot(xid, (select $3::text::pg_snapshot)))
      order by seq
      limit $5::bigint) w
left join lateral (select k.provider, k.event_id, k.event_type, k.occurred_at, k.payload
                   from paybus.webhook_events k
                   where k.id = w.object_id and w.kind = 'webhook'
                   offset 0) e on true
order by w.seq
