-- Stored answers of these key digests within the retention window ($2 days back). One row per known key: the newest, since
-- a key may be used again once its first answer is out of the window, and a longer window would then find both.
-- A statement of its own after take_locks: the same statement would read with the snapshot taken before the locks.
-- current_date is BEGIN's day; a twin that waited for the lock over midnight may find the row under the next day.
select distinct on (digest) digest, fingerprint, command_id, status, body
from paybus.idempotency_keys
where digest = any($1::uuid[])
  and created_on between current_date - $2::int and current_date + 1
order by digest, created_on desc
