-- paybus: no transaction
-- An account's holds in each status, newest first: a status that few of them have is found without walking through the rest.
create index concurrently if not exists holds_by_account_and_status on paybus.holds (account_id, status, id);
