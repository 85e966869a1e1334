-- paybus: no transaction
-- And how many were made of late.
create index concurrently if not exists webhook_endpoints_by_owner_and_time on paybus.webhook_endpoints (owner, created_at);
