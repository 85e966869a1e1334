-- Events of the object $10, newest first, with a number below $1: at most $9 rows. Filters as in list_events. A posted
-- transaction's event is in no index: it is looked for around the transaction's time, which is never before its event's.
select e.seq, e.id, e.type, e.resource, e.object_id, e.command_id, e.owner, e.actor, e.source, e.traceparent, e.before,
       e.after, e.created_at, true as is_wanted, false as is_last
from (
    (select n.seq, n.created_at
     from api.events n
     where n.object_id = $10
       and n.type <> 'transaction.posted'
       and n.seq < $1
       and n.created_at >= $2
       and n.created_at < $3
       and ($4::text is null or n.resource = $4)
       and ($5::text is null or n.type = $5)
       and ($6::text is null or n.actor = $6)
       and ($7::text is null or n.source = $7)
       and ($8::text is null or n.owner = $8)
     order by n.object_id desc, n.seq desc
     limit $9)
    union all
    (select n.seq, n.created_at
     from api.events n
     where n.object_id = $10
       and n.type = 'transaction.posted'
       and n.seq < least($1, (select api.event_seq_near(t.created_at, true) from api.transactions t where t.id = $10))
       and n.seq >= (select api.event_seq_near(t.created_at - interval '10 s', false)
                     from api.transactions t where t.id = $10)
       and n.created_at >= (select t.created_at - interval '10 s' from api.transactions t where t.id = $10)
       and n.created_at <= (select t.created_at from api.transactions t where t.id = $10)
       and n.created_at >= $2
       and n.created_at < $3
       and ($4::text is null or n.resource = $4)
       and ($5::text is null or n.type = $5)
       and ($6::text is null or n.actor = $6)
       and ($7::text is null or n.source = $7)
       and ($8::text is null or n.owner = $8)
     order by n.seq desc
     limit $9)) p
join api.events e on e.seq = p.seq and e.created_at = p.created_at
order by p.seq desc
limit $9
