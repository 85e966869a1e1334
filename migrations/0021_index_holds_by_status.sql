-- paybus: no transaction
-- Everybody's holds in a status, newest first.
create index concurrently if not exists holds_by_status_newest on paybus.holds (status, uuid_send(id))
    where amount >= 1;
