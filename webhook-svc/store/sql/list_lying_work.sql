-- Unfinished work of kind $1 whose message nobody has seen for $2 seconds and that nobody has in hand or waits for: at most $5,
-- behind the time $3 and the id $4, the longest unseen first. What waits here has no message, and gets one when the queue has room
-- (take_due_work). A row each: id and when it was seen. The statement's time can be looked for in the index, the clock's cannot.
select x.id, x.enqueued_at
from paybus.work x
where x.kind = $1::text
  and x.state in ('received', 'processing', 'failed')
  and x.enqueued_at < statement_timestamp() - $2::bigint * interval '1 s'
  and (x.lease_until is null or x.lease_until < statement_timestamp())
  and (x.state <> 'failed' or x.parked_until is null)
  and (x.next_attempt_at is null or x.next_attempt_at < statement_timestamp() - $2::bigint * interval '1 s')
  and (x.enqueued_at, x.id) > ($3::timestamptz, $4::uuid)
order by x.enqueued_at, x.id
limit $5::integer
