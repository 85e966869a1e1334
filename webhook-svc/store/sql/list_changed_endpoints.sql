-- Webhook endpoints that were made or changed, deleted ones among them, by what snapshot $1 does not show and this one does. A row
-- for each with the snapshot of now; without any one row with that alone. What is visible has ended: higher numbers of transactions
-- are another cluster's, from which all this was restored. In each row, too, the file of the endpoints, as in find_snapshot.
select s.now, e.id, e.owner, e.event_types, e.status, e.created_at, e.created_seq, s.file
from (select pg_current_snapshot()::text as now, pg_relation_filenode('paybus.webhook_endpoints')::bigint as file) as s
left join lateral (
    (select w.id, w.owner, w.event_types, w.status::text as status, w.created_at, w.created_seq
     from paybus.webhook_endpoints w
     where w.xid >= pg_snapshot_xmax($1::text::pg_snapshot)
       and w.xid < pg_snapshot_xmax(pg_current_snapshot())
     order by w.xid offset 0)
    union all
    (select w.id, w.owner, w.event_types, w.status::text, w.created_at, w.created_seq
     from paybus.webhook_endpoints w
     where w.xid = any(array(select pg_snapshot_xip($1::text::pg_snapshot)))
     order by w.xid offset 0)) as e on true
