-- Dead letters with facts that are not in the log yet, the oldest first: at most $1 rows.
select id, work_id, kind::text, event_type, error, attempts, facts, resolution, resolved_by, note
from paybus.dead_letters
where facts is null
   or (facts = 'created' and resolution is not null)
order by id
limit $1::integer
