-- Webhook events that were accepted before, by (provider, event id), with the state of their work. One row per known event,
-- one more for each time that it is asked for twice. The lateral subquery with its offset and the scalar one keep it at index
-- lookups, whatever the statistics say.
select e.provider, e.event_id, e.id, e.fingerprint,
       (select w.state from paybus.work w where w.object_id = e.id and w.kind = 'webhook') as state
from (select unnest($1::text[]) as provider, unnest($2::text[]) as event_id) as n
cross join lateral (select k.id, k.provider, k.event_id, k.fingerprint
                    from paybus.webhook_events k
                    where k.event_id = n.event_id and k.provider = n.provider
                    offset 0) as e
