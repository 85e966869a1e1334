-- One account has a unit more than its entries say. One row changed.
update paybus.accounts
set credits_posted = credits_posted + 1
where id = (select max(id::text)::uuid from paybus.accounts where role is null)
