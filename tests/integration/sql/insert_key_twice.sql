-- The same digest under yesterday and today, as after a reuse beyond a window that was then made longer.
insert into paybus.idempotency_keys (digest, created_on, owner, key, fingerprint, command_id, status, body, created_at)
select '00000000-0000-7000-8000-000000000001', day, 'alice', 'k', decode(repeat('00', 32), 'hex'),
       '00000000-0000-7000-8000-000000000002', 201, to_char(day, 'YYYY-MM-DD'), now()
from unnest(array[current_date - 1, current_date]) as day
