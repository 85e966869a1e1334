-- What clients were told ($1 keys, $2 stored status that must be there, $3 bodies; $4 their owner) and is not so: the key
-- must be stored once with that very body, a success must have one transaction, a refusal none. 20 rows at most.
select told.key as object,
       format('told %s; stored %s times with %s, body %s, %s transactions', told.status, coalesce(k.times, 0), k.status,
              case when k.body = told.body then 'equal' else 'different' end, coalesce(x.effects, 0)) as detail
from unnest($1::text[], $2::smallint[], $3::text[]) as told (key, status, body)
left join (select key, count(*) as times, min(status) as status, min(body) as body
           from paybus.idempotency_keys
           where owner = $4::text
           group by key) as k on k.key = told.key
left join (select reference, count(*) as effects
           from paybus.transactions
           where reference is not null
           group by reference) as x on x.reference = told.key
where k.times is distinct from 1
   or k.status <> told.status
   or k.body <> told.body
   or coalesce(x.effects, 0) <> case told.status when 201 then 1 else 0 end
limit 20
