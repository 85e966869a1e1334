-- paybus: no transaction
-- The holds that somebody authorized on one account: without it whoever names an account that is not his walks through all of
-- its holds, or of his own.
create index concurrently if not exists holds_by_owner_and_account on paybus.holds (owner, account_id, status, uuid_send(id));
