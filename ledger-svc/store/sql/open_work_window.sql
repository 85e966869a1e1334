-- What was committed after snapshot $1, is visible now and waits still, numbered above $2: as open_window. One row.
select pg_current_snapshot()::text, min(w.seq) - 1, min(w.seq) filter (where w.is_new) - 1, max(w.seq), min(w.created_at)
from ((select k.seq, k.created_at, true as is_new
      from paybus.work k
      where k.state = 'received'
        and k.xid >= pg_snapshot_xmax($1::text::pg_snapshot)
        and k.seq + 0 > $2::bigint
      order by k.xid offset 0)
      union all
      (select k.seq, k.created_at, false
      from pg_snapshot_xip($1::text::pg_snapshot) as late(xid)
      cross join lateral (select seq, created_at
                          from paybus.work
                          where state = 'received'
                            and xid = late.xid
                            and seq + 0 > $2::bigint
                          offset 0) k)) w
