-- The newest block: one row, or none while there is none.
select number, last_seq, hash
from paybus.blocks
order by number desc
limit 1
