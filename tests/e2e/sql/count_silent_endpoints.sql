-- Webhook endpoints that did not answer five tries in a row or more. One row: how many.
select count(*)
from paybus.webhook_endpoint_health
where unanswered >= 5
