-- Events in the order decided; seq is drawn here, after all locks. No rows come back.
insert into paybus.events (id, type, resource, object_id, command_id, owner, actor, source, traceparent, before,
                           after, created_at)
select n.id, n.type, n.resource, n.object_id, n.command_id, n.owner, n.actor, n.source, n.traceparent, n.before,
       n.after, $12::timestamptz
from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[],
            $9::text[], $10::json[], $11::json[]) with ordinality
     as n (id, type, resource, object_id, command_id, owner, actor, source, traceparent, before, after, place)
order by n.place
