-- Every event after number $1 with the key of the command that wrote it (NULL: it had none), in order. One row each.
select e.seq, e.type, e.object_id, k.key, e.created_at
from paybus.events e
left join paybus.idempotency_keys k on k.command_id = e.command_id
where e.seq > $1::bigint
order by e.seq
