-- Events in the order decided; seq is drawn here, after all locks. No rows come back.
insert into paybus.events (id, type, resource, object_id, command_id, owner, actor, source, traceparent, before,
                           after, created_at)
select n.id, n.type, n.resource, n.object_id, n.command_id, n.owner, n.actor, n.source, n.traceparent, n.before,
       n.after, $12::timestamptz
from (select unnest($1::uuid[]) as id, unnest($2::text[]) as type, unnest($3::text[]) as resource,
             unnest($4::uuid[]) as object_id, unnest($5::uuid[]) as command_id, unnest($6::text[]) as owner,
             unnest($7::text[]) as actor, unnest($8::text[]) as source, unnest($9::text[]) as traceparent,
             unnest($10::json[]) as before, unnest($11::json[]) as after) as n
