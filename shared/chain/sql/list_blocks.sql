-- Blocks from number $1 on, in order: at most $2 rows.
select number, first_seq, last_seq, event_count, transaction_count, entry_count, previous_hash, hash, sealed_at, marks
from paybus.blocks
where number >= $1
order by number
limit $2
