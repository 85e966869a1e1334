-- Entries whose transaction is not there, after id $1 up to id $2, by transaction and account: at most $3 rows.
select e.transaction_id, e.account_id, sum(case e.direction when 'debit' then -e.amount else e.amount end)::bigint as net,
       min(e.currency) as currency
from paybus.entries e
where e.transaction_id > $1::uuid and e.transaction_id <= $2::uuid
  and not exists (select 1 from paybus.transactions t where t.id = e.transaction_id)
group by e.transaction_id, e.account_id
order by e.transaction_id, e.account_id
limit $3::bigint
