-- The stored answer to one transfer changes by a space. One row changed.
update paybus.idempotency_keys
set body = body || ' '
where key = (select max(reference) from paybus.transactions)
