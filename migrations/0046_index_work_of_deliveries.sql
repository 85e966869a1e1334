-- paybus: no transaction
-- A delivery has one piece of work, whoever asks for it and how often.
create unique index concurrently if not exists work_of_delivery on paybus.work (object_id) where kind = 'delivery';
