-- Work that has failed five times and is due: one attempt is left. No rows come back.
update paybus.work
set state = 'failed', attempts = 5, next_attempt_at = now()
where id = any($1::uuid[])
