-- Work of kind $2 among these ids, locked in the order of ids, with the database's clock after the locks. A row for each that
-- exists and that nobody else has locked.
select w.id, w.object_id, w.state::text, w.generation, w.attempts, w.next_attempt_at, w.lease_until, w.enqueued_at,
       w.traceparent, clock_timestamp(), w.updated_at, w.lapses, w.is_alone,
       w.parked_until is not null
from paybus.work w
where w.id = any($1::uuid[])
  and w.kind = $2::text
order by w.id
for no key update skip locked
