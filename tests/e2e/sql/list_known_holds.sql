-- Every hold, in order of id. One row each.
select id, account_id, destination_id, amount, captured, status, expires_at, owner
from paybus.holds
order by id
