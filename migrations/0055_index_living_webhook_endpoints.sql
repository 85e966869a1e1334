-- paybus: no transaction
-- How many webhook endpoints an owner has is counted before each new one: deleted ones stay for ever, and are not read for it.
create index concurrently if not exists webhook_endpoints_living_by_owner
    on paybus.webhook_endpoints (owner) where status <> 'deleted';
