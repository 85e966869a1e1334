-- What nobody does although it is to be done, and what is dead here and not there; $1: what was due before should have been
-- done, and nothing is put off for longer than a day: neither is a lease as long, nor the wait before a next attempt. A row for
-- each, at most $2 of a reason. Deliveries that their receivers did not take leave no dead letter.
(select case w.state when 'processing' then 'processing_stale' else 'work_overdue' end as code, 'work' as object_type,
        w.id as object_id, null::text as object, null::text as currency, null::bigint as expected, null::bigint as actual
 from paybus.work w
 where w.state in ('received', 'processing', 'failed')
   and coalesce(w.lease_until, w.next_attempt_at, w.updated_at) not between $1::timestamptz and now() + interval '1 day'
 order by w.enqueued_at
 limit $2::bigint)
union all
(select 'webhook_dlq_without_dlq_row', 'work', w.id, null, null, 1, 0
 from paybus.work w
 where w.state = 'dead' and w.kind <> 'delivery'
   and not exists (select 1 from paybus.dead_letters d where d.work_id = w.id and d.resolved_at is null)
 order by w.id
 limit $2::bigint)
union all
(select 'dlq_row_without_webhook_dlq_status', 'dead_letter', d.id, null, null, null, null
 from paybus.dead_letters d
 left join paybus.work w on w.id = d.work_id
 where d.resolved_at is null and d.work_id is not null and w.state is distinct from 'dead'
 order by d.id
 limit $2::bigint)
union all
(select 'dead_letter_not_published', 'dead_letter', d.id, null, null, null, null
 from paybus.dead_letters d
 where d.resolved_at is null and d.stream_seq is null and d.created_at < $1::timestamptz
 order by d.id
 limit $2::bigint)
union all
-- The oldest event that the relay should have published: it is not in the snapshot up to which all is, nor in what the
-- window in hand has published, which stays in hand until there is a next one.
(select 'event_not_published', 'event', null, e.seq::text, null, null, null
 from paybus.relay_cursors c
 cross join lateral (
     select n.seq
     from paybus.events n
     where n.xid >= pg_snapshot_xmin(c.settled) and not pg_visible_in_snapshot(n.xid, c.settled)
       and (c.horizon is null or n.seq > c.acked_seq or not pg_visible_in_snapshot(n.xid, c.horizon))
       and n.seq > c.foreign_seq and n.created_at < $1::timestamptz
     order by n.xid, n.seq
     limit 1) e
 where c.feed = 'events')
