-- Endpoints that are enabled have not answered nine times in a row. No rows come back.
insert into paybus.webhook_endpoint_health as h (endpoint_id, failures, unanswered, updated_at, url_version)
select id, 9, 9, now(), url_version
from paybus.webhook_endpoints
where status = 'enabled'
on conflict (endpoint_id) do update
set unanswered = 9
