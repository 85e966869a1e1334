-- One delivery with its body: one row, or none if it does not exist or is not owner $2's (null: anybody's).
select id, endpoint_id, event_id, event_type, status, attempts, next_attempt_at, last_error, created_at, updated_at, body
from api.webhook_deliveries
where id = $1
  and ($2::text is null or owner = $2)
