-- The first $2 events whose ids begin with $1 fail $3 times.
insert into paybus.injected_failures (event_id, provider, times)
select $1::text || i, '', $3::integer
from generate_series(1, $2::integer) i
