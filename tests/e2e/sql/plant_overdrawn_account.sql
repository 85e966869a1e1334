-- One account pays out more than it has. One row changed.
update paybus.accounts
set debits_posted = credits_posted + 1
where id = (select max(id::text)::uuid from paybus.accounts where role is null)
