-- The newest webhook endpoint has the secret of the one before, as whoever can write rows would have it. No rows come back.
update paybus.webhook_endpoints e
set secret = n.earlier_secret
from (select id, lead(secret) over (order by created_at desc) as earlier_secret
      from paybus.webhook_endpoints
      order by created_at desc
      limit 1) as n
where e.id = n.id
