-- Facts about dead letters; more than one of a kind about the same makes it negative. One row.
select case when count(*) = count(distinct (type, object_id)) then count(*) else -1 end
from paybus.events
where resource = 'dead_letter'
