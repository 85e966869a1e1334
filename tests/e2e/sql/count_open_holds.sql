-- How many holds still hold money. One row.
select count(*)
from paybus.holds
where status in ('authorized', 'partially_captured')
