-- Inbound webhook events in the status $4, failed or dead, newest first, after the cursor $1 and from the id $7 on: at most $8
-- rows. The rest as in list_webhook_events, but by an index of what is in trouble alone.
select s.id, s.provider, s.event_id, s.event_type, s.state, s.attempts, s.last_error, s.next_attempt_at, s.occurred_at,
       s.created_at, s.updated_at, s.is_wanted, s.place = 20000 as is_last
from (select n.*, row_number() over (order by n.id desc) as place
      from (select e.id, e.provider, e.event_id, e.event_type, e.state, e.attempts, e.last_error, e.next_attempt_at,
                   e.occurred_at, e.created_at, e.updated_at,
                   ($2::text is null or e.provider = $2)
                       and ($3::text is null or e.event_type = $3)
                       and e.created_at >= $5
                       and e.created_at < $6 as is_wanted
            from api.webhook_events_in_trouble e
            where e.state = $4 and e.id < $1 and e.id >= $7
            order by e.id desc
            limit 20000) n) s
where s.is_wanted or s.place = 20000
order by s.id desc
limit $8
