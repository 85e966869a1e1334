-- Work that failed, is dead or was missed begins anew, and its open dead letters are resolved, by $2. What was put off untried is on
-- its way. With $3 it waits parked until the sweeper has room for it. A row for each: its kind and id. Locked in the order of ids,
-- as all who lock several.
with mine as (
    select x.id
    from paybus.work x
    where x.id = any($1::uuid[])
      and (x.state in ('dead', 'missed') or (x.state = 'failed' and x.attempts > 0))
    order by x.id
    for no key update),
replayed as (
    update paybus.work w
    set state           = case when $3 then 'failed' else 'received' end,
        generation      = w.generation + 1,
        attempts        = 0,
        lapses          = 0,
        next_attempt_at = case when $3 then clock_timestamp() end,
        parked_until    = case when $3 then clock_timestamp() end,
        enqueued_at     = clock_timestamp(),
        updated_at      = clock_timestamp()
    from mine
    where w.id = mine.id
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
