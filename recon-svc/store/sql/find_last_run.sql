-- How far the newest completed run came: one row, or none.
select next_seq, next_transaction, block_number, block_hash, mark_seq
from paybus.reconcile_runs
where state = 'completed'
order by finished_at desc
limit 1
