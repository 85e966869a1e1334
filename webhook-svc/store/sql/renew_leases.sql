-- Attempts that go on: their leases in ms from now, but of those that somebody else has locked, for which all others would wait. No
-- rows come back. By place as in claim_work; locked in the order of ids, as all who lock several.
with mine as (
    select k.place
    from (select unnest($1::uuid[]) as id, unnest($2::integer[]) as generation, unnest($3::integer[]) as attempts
          order by id) as n
    cross join lateral (select x.ctid as place
                        from paybus.work x
                        where x.id = n.id
                          and x.lease_until is not null
                          and x.generation = n.generation
                          and x.attempts = n.attempts
                        for no key update skip locked) as k)
update paybus.work as w
set lease_until = clock_timestamp() + $4::bigint * interval '1 ms'
from mine
where w.ctid = mine.place
