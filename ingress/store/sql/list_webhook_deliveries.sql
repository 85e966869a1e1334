-- Deliveries of everybody, newest first, after the cursor $1: at most $4 rows. Filters: $2 status, $3 event type (null: any).
-- Looks at 10,000 at most; if these have fewer than $4 that are wanted, the last one looked at comes, too (is_last), so that the
-- next page goes on from there.
with looked_at as materialized (
    select id, row_number() over (order by id desc) as place
    from (select id from api.webhook_deliveries where id < $1 order by id desc limit 10000) n)
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
