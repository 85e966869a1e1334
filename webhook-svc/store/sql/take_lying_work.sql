-- Unfinished work whose message nobody has seen for $1 seconds and that nobody has in hand or waits for: at most $2, the longest
-- unseen first. It counts as seen from now on, so that no other sweeper takes it. A row each: kind and id. The
-- statement's time can be looked for in the index, the clock's cannot.
update paybus.work w
set enqueued_at = clock_timestamp()
where w.id in (select x.id
               from paybus.work x
               where x.state in ('received', 'processing', 'failed')
                 and x.enqueued_at < statement_timestamp() - $1::bigint * interval '1 s'
                 and (x.lease_until is null or x.lease_until < statement_timestamp())
                 and (x.next_attempt_at is null
                      or x.next_attempt_at < statement_timestamp() - $1::bigint * interval '1 s')
               order by x.enqueued_at
               limit $2::integer
               for no key update skip locked)
returning w.kind::text, w.id
