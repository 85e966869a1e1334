-- Work that was processed is dead, as if its worker had died before it could say so, with a dead letter, all of it 40 days ago.
with buried as (
    update paybus.work
    set state       = 'dead',
        attempts    = 6,
        created_at  = created_at - interval '40 days',
        enqueued_at = enqueued_at - interval '40 days',
        updated_at  = updated_at - interval '40 days'
    where id = $1
      and state = 'processed'
    returning id, object_id)
insert into paybus.dead_letters (id, work_id, kind, object_id, event_type, subject, payload, error, attempts, created_at)
select gen_random_uuid(), b.id, 'webhook', b.object_id, 'demo.fund', 'pay.work.webhook.x', '{}', 'no reply in time', 6,
       now() - interval '40 days'
from buried b
