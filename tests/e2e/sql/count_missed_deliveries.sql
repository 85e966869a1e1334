-- How many deliveries were missed: work of nobody's, begun by nobody. One row.
select count(*)
from paybus.work
where state = 'missed'
  and attempts = 0
  and lease_until is null
