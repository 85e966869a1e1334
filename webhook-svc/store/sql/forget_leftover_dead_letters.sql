-- They are in PAY_DLQ no more. No rows come back.
update paybus.dead_letters
set stream_seq = null
where id = any($1::uuid[])
  and resolved_at is not null
