-- Locks hold $1 as an operator's session would. One row.
select id
from paybus.holds
where id = $1::uuid
for update
