-- As list_events for a source $7 that is given.
select e.seq, e.id, e.type, e.resource, e.object_id, e.command_id, e.owner, e.actor, e.source, e.traceparent, e.before,
       e.after, e.created_at, p.is_wanted, p.is_last
from (
    select s.seq, s.created_at, s.is_wanted, s.place = 100000 as is_last
    from (select n.seq, n.created_at, n.is_wanted, row_number() over (order by n.seq desc) as place
          from (select e.seq, e.created_at,
                       ($4::text is null or e.resource = $4)
                           and ($5::text is null or e.type = $5)
                           and ($6::text is null or e.actor = $6)
                           and ($7::text is null or e.source = $7)
                           and ($8::text is null or e.owner = $8) as is_wanted
                from api.events e
                where e.source = $7
                  and e.seq < least($1, (select api.event_seq_near($3, true)))
                  and e.seq >= (select api.event_seq_near($2, false))
                  and e.created_at >= $2
                  and e.created_at < $3
                order by e.source desc, e.seq desc
                limit 100000) n) s
    where s.is_wanted or s.place = 100000
    order by s.seq desc
    limit $9) p
join api.events e on e.seq = p.seq and e.created_at = p.created_at
order by p.seq desc
