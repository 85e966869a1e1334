-- Accounts that entries or proved sums name and that are not there, after id $1 up to id $2. A row for each. From one account's
-- entries to the next one's: of an account with millions of entries one is read.
with recursive named as (
    (select e.account_id
     from paybus.entries e
     where e.account_id > $1::uuid and e.account_id <= $2::uuid
     order by e.account_id
     limit 1)
    union all
    select (select e.account_id
            from paybus.entries e
            where e.account_id > n.account_id and e.account_id <= $2::uuid
            order by e.account_id
            limit 1)
    from named n
    where n.account_id is not null)
select w.account_id
from (select n.account_id
      from named n
      where n.account_id is not null
      union
      select c.account_id
      from paybus.reconcile_checkpoints c
      where c.account_id > $1::uuid and c.account_id <= $2::uuid and c.version > 0) w
where not exists (select from paybus.accounts a where a.id = w.account_id)
