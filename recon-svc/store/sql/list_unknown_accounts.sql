-- Accounts that entries name and that are not there, after id $1 up to id $2. A row for each.
select distinct e.account_id
from paybus.entries e
where e.account_id > $1::uuid and e.account_id <= $2::uuid
  and not exists (select 1 from paybus.accounts a where a.id = e.account_id)
