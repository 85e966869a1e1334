-- Intents with two effects, and effects without a stored answer that belongs to them. The tests give each intent's key
-- as the reference of its transaction, too. 20 rows at most.
select t.reference as object, format('%s transactions, %s stored answers of theirs', t.effects, t.answers) as detail
from (select x.reference, count(distinct x.id) as effects, count(k.digest) as answers
      from paybus.transactions as x
      left join paybus.events as e on e.object_id = x.id and e.type = 'transaction.posted'
      left join paybus.idempotency_keys as k
          on k.command_id = e.command_id and k.owner = x.owner and k.key = x.reference and k.status = 201
      where x.reference is not null
      group by x.reference) as t
where t.effects <> 1 or t.answers <> 1
limit 20
