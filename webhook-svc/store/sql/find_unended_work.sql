-- Which of these attempts, begun unclaimed or not ($4), are still to be ended: rows that finish_work left out since somebody else had
-- locked them. Nothing is locked. Each row is looked up, as in claim_work. A row each: its id.
select n.id
from (select unnest($1::uuid[]) as id, unnest($2::integer[]) as generation, unnest($3::integer[]) as attempts,
             unnest($4::boolean[]) as is_unclaimed) as n
cross join lateral (select k.generation, k.state, k.attempts from paybus.work k where k.id = n.id offset 0) as w
where w.generation = n.generation
  and case when n.is_unclaimed then w.state = 'received' and w.attempts = n.attempts - 1
           else w.state = 'processing' and w.attempts = n.attempts end
