-- Every entry with its transaction's hold, if it captures one, in order of transaction and leg. One row each.
select e.transaction_id, e.account_id, e.account_version, e.direction = 'debit', e.amount, e.balance_after, d.hold_id
from paybus.entries e
left join paybus.transaction_details d on d.transaction_id = e.transaction_id
order by e.transaction_id, e.leg
