-- Attempts that go on: their leases in ms from now. No rows come back. By the lease and not by the state, as in finish_work; locked in
-- the order of ids, as all who lock several: who locks otherwise waits for them in a circle.
with mine as (
    select w.id
    from paybus.work w
    join (select unnest($1::uuid[]) as id, unnest($2::integer[]) as generation, unnest($3::integer[]) as attempts) as n
        on n.id = w.id and n.generation = w.generation and n.attempts = w.attempts
    where w.lease_until is not null
    order by w.id
    for no key update of w)
update paybus.work as w
set lease_until = clock_timestamp() + $4::bigint * interval '1 ms'
from mine
where w.id = mine.id
