-- Every transaction, in order of id. One row each.
select id, amount, kind
from paybus.transactions
order by id
