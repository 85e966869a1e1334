-- Webhook events without exactly one piece of work, and work on none. One row.
select (select count(*)
        from paybus.webhook_events e
        where (select count(*) from paybus.work w where w.object_id = e.id and w.kind = 'webhook') <> 1) +
       (select count(*)
        from paybus.work w
        where w.kind = 'webhook' and not exists (select from paybus.webhook_events e where e.id = w.object_id))
