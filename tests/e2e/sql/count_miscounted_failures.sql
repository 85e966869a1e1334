-- How many tries that failed were noted of all endpoints, less how many there were: 0 unless one was noted twice or not at all. One row.
select (select coalesce(sum(h.failures), 0)::bigint from paybus.webhook_endpoint_health h)
       - (select count(*) from paybus.webhook_delivery_attempts a where a.outcome <> 'delivered')
