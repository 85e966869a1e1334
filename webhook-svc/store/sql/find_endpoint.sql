-- A webhook endpoint of owner $2 (null: anybody's), if it is not deleted: whether it is enabled. One row, or none.
select status = 'enabled'
from paybus.webhook_endpoints
where id = $1
  and status <> 'deleted'
  and ($2::text is null or owner = $2)
