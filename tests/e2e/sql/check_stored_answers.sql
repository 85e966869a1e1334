-- Keys stored twice, and stored successes without an event. 20 rows at most.
select k.digest::text as object,
       format('stored %s times, %s without an event', count(*),
              count(*) filter (where k.status = 201 and e.command_id is null)) as detail
from paybus.idempotency_keys as k
left join (select distinct command_id from paybus.events) as e on e.command_id = k.command_id
group by k.digest
having count(*) <> 1 or bool_or(k.status = 201 and e.command_id is null)
limit 20
