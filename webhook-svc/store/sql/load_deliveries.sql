-- Deliveries with where they go, what signs them and how many tries in a row their endpoint has not answered. A row each.
select d.id, d.endpoint_id, d.event_id, d.event_type, d.body, d.created_at, e.url, e.status::text, e.secret,
       case when e.previous_until > clock_timestamp() then e.previous_secret end as previous_secret,
       e.owner, coalesce(case when h.url_version = e.url_version then h.unanswered end, 0), e.url_version
from paybus.webhook_deliveries d
join paybus.webhook_endpoints e on e.id = d.endpoint_id
left join paybus.webhook_endpoint_health h on h.endpoint_id = d.endpoint_id
where d.id = any($1::uuid[])
