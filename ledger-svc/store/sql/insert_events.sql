-- Events in the order decided; seq is drawn here, after all locks. Values that all rows have in common come once, their
-- arrays are NULL then, as are those of values that no row has. No rows come back.
insert into paybus.events (id, type, resource, object_id, command_id, owner, actor, source, traceparent, before,
                           after, created_at)
select n.id, coalesce(n.type, $3), coalesce(n.resource, $5), n.object_id, n.command_id, coalesce(n.owner, $9),
       coalesce(n.actor, $11), n.source, n.traceparent, n.before, n.after, $16::timestamptz
from (select unnest($1::uuid[]) as id, unnest($2::text[]) as type, unnest($4::text[]) as resource,
             unnest($6::uuid[]) as object_id, unnest($7::uuid[]) as command_id, unnest($8::text[]) as owner,
             unnest($10::text[]) as actor, unnest($12::text[]) as source, unnest($13::text[]) as traceparent,
             unnest($14::json[]) as before, unnest($15::json[]) as after) as n
