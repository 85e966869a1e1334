-- Entries whose transaction is not there, after id $1 up to id $2, by transaction and account: at most $3 rows. Transactions and
-- entries are walked side by side along their indexes; of rows only what is lost is read.
with lost as materialized (
    select e.transaction_id
    from paybus.entries e
    where e.transaction_id > $1::uuid and e.transaction_id <= $2::uuid
      and not exists (select 1 from paybus.transactions t
                      where t.id = e.transaction_id and t.id > $1::uuid and t.id <= $2::uuid)
    group by e.transaction_id
    order by e.transaction_id
    limit $3::bigint)
select distinct e.transaction_id, e.account_id
from lost l
join paybus.entries e on e.transaction_id = l.transaction_id
order by e.transaction_id, e.account_id
limit $3::bigint
