-- paybus: no transaction
-- The holds that somebody authorized, in each status, newest first.
create index concurrently if not exists holds_by_owner_and_status on paybus.holds (owner, status, uuid_send(id))
    where captured >= 0;
