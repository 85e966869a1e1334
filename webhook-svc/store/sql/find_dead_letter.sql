-- A dead letter: its work, and what became of it; null: open. One row, or none.
select work_id, resolution
from paybus.dead_letters
where id = $1
