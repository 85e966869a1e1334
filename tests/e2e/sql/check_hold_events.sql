-- Holds whose events do not tell their story: authorized once, captured once for each capture, ended once if they did.
-- 20 rows at most.
select h.id::text as object,
       format('%s, %s captures; events: %s authorized, %s captured, %s released, %s expired', h.status,
              coalesce(c.captures, 0), coalesce(e.authorized, 0), coalesce(e.captured, 0), coalesce(e.released, 0),
              coalesce(e.expired, 0)) as detail
from paybus.holds h
left join (select object_id,
                  count(*) filter (where type = 'hold.authorized') as authorized,
                  count(*) filter (where type = 'hold.captured') as captured,
                  count(*) filter (where type = 'hold.released') as released,
                  count(*) filter (where type = 'hold.expired') as expired
           from paybus.events
           where resource = 'hold'
           group by object_id) e on e.object_id = h.id
left join (select hold_id, count(*) as captures
           from paybus.transaction_details
           where reverses is null
           group by hold_id) c on c.hold_id = h.id
where e.authorized is distinct from 1
   or e.captured is distinct from coalesce(c.captures, 0)
   or e.released is distinct from (h.status = 'released')::int
   or e.expired is distinct from (h.status = 'expired')::int
limit 20
