-- Which of these attempts ended as they were to: in state $4, begun $5 times. An attempt of somebody else would have another
-- number. Each row is looked up, as in claim_work. A row each: its id.
select w.id
from (select unnest($1::uuid[]) as id, unnest($2::integer[]) as generation, unnest($3::integer[]) as attempts,
             unnest($4::text[]) as state, unnest($5::integer[]) as begun) as n
cross join lateral (select k.id, k.lease_until, k.generation, k.state, k.attempts
                    from paybus.work k
                    where k.id = n.id
                    offset 0) as w
where w.lease_until is null
  and w.generation = n.generation
  and w.state = n.state
  and w.attempts = n.begun
