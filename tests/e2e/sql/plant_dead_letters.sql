-- Dead letters: evt_dead's, open; one without work whose message is no text; one that was replayed. No rows come back.
with dead as (
    insert into paybus.dead_letters (id, work_id, kind, object_id, event_type, subject, payload, error, attempts, stream_seq,
                                     created_at)
    select '01900000-0000-7000-8000-000000000003', w.id, 'webhook', e.id, e.event_type, 'pay.work.webhook.wrk_1',
           convert_to('{"id":"wrk_1"}', 'UTF8'), 'it did not work', 6, 12, now()
    from paybus.webhook_events e
    join paybus.work w on w.object_id = e.id
    where e.event_id = 'evt_dead')
insert into paybus.dead_letters (id, kind, subject, payload, error, attempts, resolution, resolved_by, resolved_at, created_at)
values ('01900000-0000-7000-8000-000000000002', 'payout', 'pay.work.payout.x', '\xff00', 'not JSON', 0, null, null, null, now()),
       ('01900000-0000-7000-8000-000000000001', 'webhook', 'pay.work.webhook.y', '\x7b7d', 'no such work', 0, 'replayed', 'key_1',
        now(), now())
