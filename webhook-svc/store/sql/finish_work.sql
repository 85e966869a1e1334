-- Ends attempts: state, delay of the next attempt in ms, error. Those of a generation and an attempt that somebody else has gone
-- beyond are left alone. A row for each that was ended.
update paybus.work as w
set state           = n.state,
    next_attempt_at = case n.state when 'failed' then clock_timestamp() + n.delay_ms * interval '1 ms' end,
    lease_until     = null,
    last_error      = n.error,
    updated_at      = clock_timestamp()
from (select unnest($1::uuid[]) as id, unnest($2::integer[]) as generation, unnest($3::integer[]) as attempts,
             unnest($4::text[]) as state, unnest($5::bigint[]) as delay_ms, unnest($6::text[]) as error) as n
where w.id = n.id
  and w.state = 'processing'
  and w.generation = n.generation
  and w.attempts = n.attempts
returning w.id
