-- How many rows tell a webhook secret as it is. One row.
select (select count(*) from paybus.webhook_endpoints where secret like '%whsec_%' or previous_secret like '%whsec_%')
     + (select count(*) from paybus.idempotency_keys where body::text like '%whsec_%')
     + (select count(*) from paybus.events where after::text like '%whsec_%' or before::text like '%whsec_%')
