-- The snapshot of now, the newest number that is visible in it, and a transaction's number that is drawn after it. A lower number
-- that is not visible yet was drawn before the newest one's COMMIT, by a transaction that had its own number by then: once all
-- below the one drawn here have ended, it is there or never comes. (The snapshot's own xmax would not do: it is the number
-- after the last transaction that ended.)
select pg_current_snapshot()::text, coalesce(max(seq), 0), clock_timestamp(), pg_current_xact_id()::text::bigint
from paybus.events
