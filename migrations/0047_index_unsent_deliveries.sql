-- paybus: no transaction
-- What did not arrive at an endpoint, in the order of its making: few among many, found without walking through the rest. What was
-- put off untried is not among them.
create index concurrently if not exists work_unsent on paybus.work (endpoint_id, object_id)
    where kind = 'delivery' and (state in ('dead', 'missed') or (state = 'failed' and attempts > 0));
