-- paybus: no transaction
-- The two before have taken its place.
drop index concurrently if exists paybus.work_by_object;
