-- Claims work whose first attempt of a generation is under way already: attempts as they are from now on, the lease in ms. What
-- somebody else has begun or ended meanwhile, or has locked, is left alone. By place as in claim_work; in a CASE the state
-- offers no index. A row for each that was claimed: its id.
update paybus.work as w
set state       = 'processing',
    attempts    = n.attempts,
    lease_until = clock_timestamp() + $4::bigint * interval '1 ms',
    enqueued_at = clock_timestamp(),
    updated_at  = clock_timestamp()
from (select unnest($1::uuid[]) as id, unnest($2::integer[]) as generation, unnest($3::integer[]) as attempts) as n
cross join lateral (select k.ctid as place
                    from paybus.work k
                    where k.id = n.id
                      and case when k.state = 'received' then k.generation = n.generation and k.attempts = n.attempts - 1 end
                    for no key update skip locked) as k
where w.ctid = k.place
returning w.id
