-- Work that waits in the database is due now. No rows come back.
update paybus.work
set parked_until = now(), next_attempt_at = now()
where state = 'failed'
  and parked_until is not null
