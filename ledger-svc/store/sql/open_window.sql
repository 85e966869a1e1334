-- What was committed after snapshot $1 and is visible now, numbered above $2: the snapshot of now; the number before the first
-- such event, and before the first one of a transaction that began after $1; the last number; the first one's time. Nulls
-- if there is none. To a snapshot every transaction is visible, or among those under way (xip), or has not begun (from xmax
-- on): so nothing is skipped and nothing comes twice. No event is more than a week older than $3: the clock may have been ahead or
-- behind by days, and nothing is open for longer. That keeps old partitions out. ("+ 0", "or ... is null", which nothing is, and the
-- order: by xid, also with a plan made while a partition was empty, without statistics, or where few transactions wrote all.)
select pg_current_snapshot()::text, min(w.seq) - 1, min(w.seq) filter (where w.is_new) - 1, max(w.seq), min(w.created_at)
from ((select e.seq, e.created_at, true as is_new
      from paybus.events e
      where e.xid >= pg_snapshot_xmax($1::text::pg_snapshot)
        and (e.created_at >= least($3::timestamptz, now()) - interval '7 days' or e.created_at is null)
        and e.seq + 0 > $2::bigint
      order by e.xid offset 0)
      union all
      (select e.seq, e.created_at, false
      from paybus.events e
      where e.xid = any(array(select pg_snapshot_xip($1::text::pg_snapshot)))
        and (e.created_at >= least($3::timestamptz, now()) - interval '7 days' or e.created_at is null)
        and e.seq + 0 > $2::bigint
      order by e.xid offset 0)) w
