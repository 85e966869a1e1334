-- Ends attempts: state, delay of the next attempt in ms, error, how many were begun (one less if it was not tried after all),
-- whether it waits here and not in the stream, and whether the attempt was begun unclaimed, so that the row does not have it yet.
-- Those of a generation and an attempt that somebody else has gone beyond are left alone, and so are rows that somebody else has
-- locked, for which all others would wait. By place as in claim_work. A row for each that was ended.
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
             unnest($8::boolean[]) as is_parked, unnest($9::boolean[]) as is_unclaimed) as n
cross join lateral (select k.ctid as place
                    from paybus.work k
                    where k.id = n.id
                      and k.generation = n.generation
                      and case when n.is_unclaimed then k.state = 'received' and k.attempts = n.attempts - 1
                               else k.state = 'processing' and k.attempts = n.attempts end
                    for no key update skip locked) as k
where w.ctid = k.place
returning w.id
