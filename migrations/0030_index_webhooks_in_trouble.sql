-- paybus: no transaction
-- Inbound webhook events that failed or died, in each state by their ids: few among many, found without walking through the rest.
create index concurrently if not exists work_webhooks_in_trouble on paybus.work (state, object_id)
    where kind = 'webhook' and state in ('failed', 'dead');
