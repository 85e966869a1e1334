-- paybus: no transaction
-- Work by its object, beside the deliveries', which have an index of their own.
create index concurrently if not exists work_of_object on paybus.work (object_id) where kind <> 'delivery';
