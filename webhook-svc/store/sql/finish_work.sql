-- Ends attempts: state, delay of the next attempt in ms, error, how many were begun (one less if it was not tried after all), and
-- whether it waits here and not in the stream. Those of a generation and an attempt that somebody else has gone
-- beyond are left alone. A row for each that was ended. Having a lease is being processed; said so, since by the state the planner
-- would read the index of all unfinished work instead of looking up these.
update paybus.work as w
set state           = n.state,
    next_attempt_at = case n.state when 'failed' then clock_timestamp() + n.delay_ms * interval '1 ms' end,
    parked_until    = case when n.is_parked then clock_timestamp() + n.delay_ms * interval '1 ms' end,
    attempts        = n.begun,
    lease_until     = null,
    last_error      = n.error,
    updated_at      = clock_timestamp()
from (select unnest($1::uuid[]) as id, unnest($2::integer[]) as generation, unnest($3::integer[]) as attempts,
             unnest($4::text[]) as state, unnest($5::bigint[]) as delay_ms, unnest($6::text[]) as error, unnest($7::integer[]) as begun,
             unnest($8::boolean[]) as is_parked) as n
where w.id = n.id
  and w.lease_until is not null
  and w.generation = n.generation
  and w.attempts = n.attempts
returning w.id
