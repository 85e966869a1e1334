-- paybus: no transaction
-- Dead work that must have a dead letter: not deliveries, of which owners whose receivers refuse everything make many.
create index concurrently if not exists work_dead_with_letters on paybus.work (id) where state = 'dead' and kind <> 'delivery';
