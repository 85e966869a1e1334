-- Unfinished work $1 whose message is gone and gets a new one, unless somebody has seen it since the times $2 or has it in hand:
-- of two sweepers one takes it. A row each: its id.
update paybus.work w
set enqueued_at = clock_timestamp()
where w.id in (select x.id
               from paybus.work x
               join (select unnest($1::uuid[]) as id, unnest($2::timestamptz[]) as enqueued_at) n
                   on n.id = x.id and n.enqueued_at = x.enqueued_at
               where x.state in ('received', 'processing', 'failed')
                 and (x.lease_until is null or x.lease_until < statement_timestamp())
               for no key update of x skip locked)
returning w.id
