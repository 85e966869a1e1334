-- The tries of delivery $1, newest first: at most 100 rows.
select generation, number, outcome, status_code, error, address, answer, duration_ms, started_at
from api.webhook_delivery_attempts
where delivery_id = $1
order by started_at desc
limit 100
