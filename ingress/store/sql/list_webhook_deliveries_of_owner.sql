-- Deliveries to the endpoints of owner $5, deleted ones among them; else as list_webhook_deliveries.
with looked_at as materialized (
    select id, row_number() over (order by id desc) as place
    from (select p.id
          from api.webhook_endpoints e
          cross join lateral (select d.id
                              from api.webhook_deliveries d
                              where d.endpoint_id = e.id
                                and d.id < $1
                              order by d.id desc
                              limit 10000) p
          where e.owner = $5
          order by p.id desc
          limit 10000) n)
select w.id, w.endpoint_id, w.event_id, w.event_type, w.status, w.attempts, w.next_attempt_at, w.last_error, w.created_at,
       w.updated_at, w.is_wanted, w.place = 10000 as is_last
from (select d.id, d.endpoint_id, d.event_id, d.event_type, d.status, d.attempts, d.next_attempt_at, d.last_error, d.created_at,
             d.updated_at, l.place,
             ($2::text is null or d.status = $2) and ($3::text is null or d.event_type = $3) as is_wanted
      from looked_at l
      cross join lateral (select d.id, d.endpoint_id, d.event_id, d.event_type, d.status, d.attempts, d.next_attempt_at,
                                 d.last_error, d.created_at, d.updated_at
                          from api.webhook_deliveries d
                          where d.id = l.id) d
      order by l.place) w
where w.is_wanted
   or w.place = 10000
order by w.id desc
limit $4
