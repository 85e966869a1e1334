-- Every event after number $1 with the key of the command that wrote it (NULL: it had none) and the database transaction, in
-- order. One row each. A command with a batch may have several stored answers.
select e.seq, e.type, e.object_id, k.key, e.created_at, e.xid::text::bigint
from paybus.events e
left join (select distinct command_id, key from paybus.idempotency_keys) as k on k.command_id = e.command_id
where e.seq > $1::bigint
order by e.seq
