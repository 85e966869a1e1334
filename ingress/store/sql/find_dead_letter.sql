-- One dead letter with its payload. One row if it exists.
select d.id, d.work_id, d.kind, d.object_id, d.event_type, d.subject, d.error, d.attempts, d.stream_seq, d.resolution,
       d.resolved_by, d.resolved_at, d.created_at, d.note, d.payload
from api.dead_letters d
where d.id = $1
