-- As list_events, list_events_of_resource and list_events_of_source, in nine days before $3 (or today) at least: at most $9 rows,
-- and with fewer there may be older ones. $10 is about when $1 was (null: not known).
select e.seq, e.id, e.type, e.resource, e.object_id, e.command_id, e.owner, e.actor, e.source, e.traceparent, e.before,
       e.after, e.created_at, e.is_wanted, e.is_last
from api.find_recent_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) e
order by e.seq desc
