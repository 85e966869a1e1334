-- Which of these attempts ended as they were to: in state $4, begun $5 times. An attempt of somebody else would have another
-- number. A row each: its id.
select w.id
from paybus.work w
join (select unnest($1::uuid[]) as id, unnest($2::integer[]) as generation, unnest($3::integer[]) as attempts,
             unnest($4::text[]) as state, unnest($5::integer[]) as begun) as n
    on n.id = w.id
where w.lease_until is null
  and w.generation = n.generation
  and w.state = n.state
  and w.attempts = n.begun
