-- How far events after number $1 have come, the time of the first of them, and a transaction number above those of all
-- who have drawn an event's number up to there. One row, or none (and no number drawn) without such events.
select n.newest, pg_current_xact_id()::text::bigint as above,
       (select e.created_at from paybus.events e where e.seq > $1 order by e.seq limit 1) as oldest_at
from (select max(e.seq) as newest from paybus.events e where e.seq > $1) n
where n.newest is not null
