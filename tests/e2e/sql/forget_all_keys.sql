-- As if the partitions of all keys had been dropped. The wall against changes must be off in this session.
delete from paybus.idempotency_keys
