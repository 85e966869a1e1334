-- Attempts that go on: their leases in ms from now. No rows come back. By the lease and not by the state, as in finish_work.
update paybus.work as w
set lease_until = clock_timestamp() + $4::bigint * interval '1 ms'
from (select unnest($1::uuid[]) as id, unnest($2::integer[]) as generation, unnest($3::integer[]) as attempts) as n
where w.id = n.id
  and w.lease_until is not null
  and w.generation = n.generation
  and w.attempts = n.attempts
