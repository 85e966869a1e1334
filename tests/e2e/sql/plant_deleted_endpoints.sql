-- Dora has made 1,000 webhook endpoints 25 hours ago and 999 an hour ago, and deleted all of them. No rows come back.
insert into paybus.webhook_endpoints (id, owner, url, event_types, status, secret, enabled_at, created_at, updated_at)
select gen_random_uuid(), 'dora', 'http://127.0.0.1:21300/hooks', '["*"]', 'deleted', 'none', made_at, made_at, made_at
from (select now() - case when n <= 1000 then interval '25 hours' else interval '1 hour' end as made_at
      from generate_series(1, 1999) as n) as planted
