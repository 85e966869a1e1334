-- Work of kind $2 among these ids as it is now, in the order of ids; nothing is locked. Columns of load_work. A row for each that
-- exists.
select w.id, w.object_id, w.state::text, w.generation, w.attempts, w.next_attempt_at, w.lease_until, w.enqueued_at,
       w.traceparent, clock_timestamp(), w.updated_at, w.lapses, w.is_alone,
       w.parked_until is not null
from paybus.work w
where w.id = any($1::uuid[])
  and w.kind = $2::text
order by w.id
