-- Partitions of keys past their time, with the commands that remove them. One row each; detach may be null.
select name, detach, remove from paybus.old_idempotency_partitions($1::bigint * interval '1 hour')
