-- The sealed secrets of the webhook endpoint $1: what signs, and what still does so besides. One row, none if it is deleted.
select secret, case when previous_until > clock_timestamp() then previous_secret end as previous_secret
from paybus.webhook_endpoints
where id = $1::uuid
  and status <> 'deleted'
