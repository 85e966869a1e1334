-- As if handlers had failed: gateway's evt_failed is to be tried again, evt_dead was given up. No rows come back.
update paybus.work w
set state = case e.event_id when 'evt_dead' then 'dead' else 'failed' end, attempts = 6, last_error = 'it did not work',
    next_attempt_at = case e.event_id when 'evt_dead' then null else now() + interval '16 s' end, updated_at = now()
from paybus.webhook_events e
where e.id = w.object_id and e.provider = 'gateway' and e.event_id in ('evt_dead', 'evt_failed')
