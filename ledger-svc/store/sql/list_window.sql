-- Events of the window from snapshot $1 to $2, with numbers above $3 and less than a day older than $7, in the order of their
-- numbers, at most $6: all columns, in the order of list_sealed_events. Those of transactions that were under way at $1 are found by
-- their transactions; the others lie between the numbers $4 and $5, most of what does is theirs. ("or ... is null", which nothing is:
-- that keeps old partitions out, and cannot lead through the index of all numbers of a day, which looks cheaper when few
-- transactions wrote many events.)
with late as materialized (
    select seq, id, xid, type, resource, object_id, command_id, owner, actor, source, traceparent, before, after, created_at
    from paybus.events
    where xid = any(array(select pg_snapshot_xip($1::text::pg_snapshot)))
      and pg_visible_in_snapshot(xid, (select $2::text::pg_snapshot))
      and seq + 0 > $3::bigint
      and (created_at >= $7::timestamptz - interval '1 day' or created_at is null))
select w.seq, w.id, w.xid, w.type, w.resource, w.object_id, w.command_id, w.owner, w.actor, w.source, w.traceparent, w.before,
       w.after, w.created_at
from (select * from late
      union all
      (select seq, id, xid, type, resource, object_id, command_id, owner, actor, source, traceparent, before, after, created_at
       from paybus.events
       where seq > greatest($3::bigint, $4::bigint)
         and seq <= $5::bigint
         and created_at >= $7::timestamptz - interval '1 day'
         and xid >= (select pg_snapshot_xmax($1::text::pg_snapshot))
         and pg_visible_in_snapshot(xid, (select $2::text::pg_snapshot))
       order by seq
       limit $6::bigint)) w
order by w.seq
limit $6::bigint
