-- An event of a provider, of any one if $2 is empty, is to fail $3 times. No rows come back.
insert into paybus.injected_failures (event_id, provider, times)
values ($1, $2, $3)
on conflict (event_id, provider) do update set times = excluded.times
