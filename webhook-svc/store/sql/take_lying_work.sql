-- Unfinished work $1 whose message is gone and gets a new one, unless somebody has seen it since the times $2 or has it in hand:
-- of two sweepers one takes it. By place as in claim_work. A row each: its id.
update paybus.work w
set enqueued_at = clock_timestamp()
from (select unnest($1::uuid[]) as id, unnest($2::timestamptz[]) as enqueued_at) as n
cross join lateral (select x.ctid as place
                    from paybus.work x
                    where x.id = n.id
                      and x.enqueued_at = n.enqueued_at
                      and case when x.state in ('received', 'processing', 'failed')
                               then x.lease_until is null or x.lease_until < statement_timestamp() end
                    for no key update skip locked) as k
where w.ctid = k.place
returning w.id
