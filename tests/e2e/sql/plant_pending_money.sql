-- Money is promised to one account and no hold knows why. One row changed.
update paybus.accounts
set credits_pending = 5
where id = (select max(id::text)::uuid from paybus.accounts where role is null)
