-- Keys stored twice, and stored successes without an event. 20 rows at most.
select k.digest::text as object, format('stored %s times, %s without an event', count(*),
                                        count(*) filter (where k.status = 201 and not k.has_event)) as detail
from (select i.digest, i.status,
             exists (select from paybus.events as e where e.command_id = i.command_id) as has_event
      from paybus.idempotency_keys as i) as k
group by k.digest
having count(*) <> 1 or bool_or(k.status = 201 and not k.has_event)
limit 20
