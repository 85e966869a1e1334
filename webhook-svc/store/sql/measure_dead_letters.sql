-- How many dead letters are open, how many of them PAY_DLQ has acknowledged, and when the oldest was made. One row; the time is
-- null without any.
select count(*), count(stream_seq), min(created_at)
from paybus.dead_letters
where resolved_at is null
