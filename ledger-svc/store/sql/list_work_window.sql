-- Work of the window from snapshot $1 to $2 that waits still, numbered above $3, in the order of its numbers, at most $6 rows; with
-- the webhook event that it is about. That of transactions that were under way at $1 is found by their transactions; the
-- other lies between the numbers $4 and $5, most of what does is theirs. ("offset 0": each transaction and each event is looked up,
-- also with a plan made on tables that were empty when they were vacuumed.)
select w.seq, w.id, w.kind, w.generation, w.object_id, w.traceparent, w.enqueued_at, e.provider, e.event_id, e.event_type,
       e.occurred_at, e.payload
from ((select k.*
      from pg_snapshot_xip($1::text::pg_snapshot) as late(xid)
      cross join lateral (select seq, id, kind, generation, object_id, traceparent, enqueued_at
                          from paybus.work
                          where state = 'received'
                            and xid = late.xid
                            and pg_visible_in_snapshot(xid, (select $2::text::pg_snapshot))
                            and seq + 0 > $3::bigint
                          offset 0) k)
      union all
      (select seq, id, kind, generation, object_id, traceparent, enqueued_at
       from paybus.work
       where state = 'received'
         and seq > greatest($3::bigint, $4::bigint)
         and seq <= $5::bigint
         and xid >= (select pg_snapshot_xmax($1::text::pg_snapshot))
         and pg_visible_in_snapshot(xid, (select $2::text::pg_snapshot))
       order by seq
       limit $6::bigint)) w
left join lateral (select k.provider, k.event_id, k.event_type, k.occurred_at, k.payload
                   from paybus.webhook_events k
                   where k.id = w.object_id and w.kind = 'webhook'
                   offset 0) e on true
order by w.seq
limit $6::bigint
