-- paybus: no transaction
-- The one before has taken its place.
drop index concurrently if exists paybus.work_dead;
