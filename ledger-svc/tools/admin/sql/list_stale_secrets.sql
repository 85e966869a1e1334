-- Webhook endpoints behind $2, at most $3, that sign with a secret whose sealed text does not begin with $1. A row each, by id.
select id
from paybus.webhook_endpoints
where id > $2::uuid
  and status <> 'deleted'
  and (not starts_with(secret, $1::text)
       or previous_until > clock_timestamp() and not starts_with(previous_secret, $1::text))
order by id
limit $3::integer
