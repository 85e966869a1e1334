-- Work that waits long for its next attempt waits here and not in the stream: its message was acknowledged, and the sweeper
-- publishes it again when it is due.
alter table paybus.work add column parked_until timestamptz;
comment on column paybus.work.parked_until is 'Of failed work without a message: when the sweeper is to publish it again';
create index work_parked on paybus.work (parked_until) where state = 'failed' and parked_until is not null;
grant update (parked_until) on paybus.work to paybus_webhook;

-- What fan-out and the delivery of webhooks need besides.
alter table paybus.webhook_endpoint_health add column gone_at timestamptz;
comment on column paybus.webhook_endpoint_health.gone_at is 'When a try was answered with 410 last';
create index webhook_endpoints_by_update on paybus.webhook_endpoints (updated_at);
