-- Work that failed or is dead begins anew, and its open dead letters are resolved, by $2. A row for each: its kind and id.
with replayed as (
    update paybus.work w
    set state           = 'received',
        generation      = w.generation + 1,
        attempts        = 0,
        lapses          = 0,
        next_attempt_at = null,
        enqueued_at     = clock_timestamp(),
        updated_at      = clock_timestamp()
    where w.id = any($1::uuid[])
      and w.state in ('failed', 'dead')
    returning w.id, w.kind),
resolved as (
    update paybus.dead_letters d
    set resolution = 'replayed', resolved_by = $2, resolved_at = clock_timestamp(),
        stream_seq = coalesce(stream_seq, 0)
    from replayed r
    where d.work_id = r.id
      and d.resolved_at is null
    returning 1)
select r.id, r.kind::text, (select count(*) from resolved)
from replayed r
