-- Open dead letters that PAY_DLQ has not acknowledged, the oldest first; younger ones are in the hands of who made them. At most
-- $1 rows.
select d.id, d.work_id, d.kind::text, d.object_id, d.event_type, d.subject, d.payload, d.error, d.attempts, d.publication,
       coalesce(w.enqueued_at, d.created_at), coalesce(d.cut_from, 0)
from paybus.dead_letters d
left join paybus.work w on w.id = d.work_id
where d.resolved_at is null
  and d.stream_seq is null
  and d.created_at < clock_timestamp() - interval '1 s'
order by d.id
limit $1::integer
