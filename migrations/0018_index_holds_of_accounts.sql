-- paybus: no transaction
-- An account's holds in each status, newest first: a status that few of them have is found without walking through the rest.
-- Bytes are in the order of the ids, and the condition is always true: only the statement that says both can use this index, and
-- no statistics make the planner take it, or the primary key, for another list of holds. Likewise in 0019 to 0021.
create index concurrently if not exists holds_by_account_and_status on paybus.holds (account_id, status, uuid_send(id))
    where expires_at > created_at;
