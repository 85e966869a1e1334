-- The newest block: one row, or none while there is none. The condition always holds; it makes the index lead.
select number, last_seq, hash
from paybus.blocks
where number >= 1
order by number desc
limit 1
