-- The newest sealed block: one row, or none while there is none.
select number, first_seq, last_seq, event_count, transaction_count, entry_count, previous_hash, hash, sealed_at
from api.blocks
order by number desc
limit 1
