-- How many webhook endpoints each of the owners $1 has, deleted ones left out. One row per owner that has any.
select owner, count(*)
from paybus.webhook_endpoints
where owner = any($1::text[])
  and status <> 'deleted'
group by owner
