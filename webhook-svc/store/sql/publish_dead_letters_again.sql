-- They are not where PAY_DLQ acknowledged them: to be published anew. No rows come back.
update paybus.dead_letters
set stream_seq = null, publication = publication + 1
where id = any($1::uuid[])
  and resolved_at is null
