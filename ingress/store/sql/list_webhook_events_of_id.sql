-- Inbound webhook events by the id $9 that their providers gave them, newest first: one a provider. The rest as in
-- list_webhook_events.
select e.id, e.provider, e.event_id, e.event_type, e.state, e.attempts, e.last_error, e.next_attempt_at, e.occurred_at,
       e.created_at, e.updated_at, true as is_wanted, false as is_last
from api.webhook_events e
where e.event_id = $9
  and e.id < $1
  and e.id >= $7
  and ($2::text is null or e.provider = $2)
  and ($3::text is null or e.event_type = $3)
  and ($4::text is null or e.state = $4)
  and e.created_at >= $5
  and e.created_at < $6
order by e.id desc
limit $8
