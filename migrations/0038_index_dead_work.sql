-- paybus: no transaction
-- Dead work is rare and must have a dead letter: found without walking through the rest.
create index concurrently if not exists work_dead on paybus.work (id) where state = 'dead';
