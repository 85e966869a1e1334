-- How many dead letters are open, and when the oldest of them was made. One row; the time is null without any.
select count(*), min(created_at)
from paybus.dead_letters
where resolved_at is null
