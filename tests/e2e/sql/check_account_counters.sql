-- Accounts whose counters, version or time of last entry their entries do not explain. 20 rows at most.
select a.id::text as object,
       format('debits %s, credits %s, version %s; by its entries %s, %s, %s', a.debits_posted, a.credits_posted,
              a.version, coalesce(e.debits, 0), coalesce(e.credits, 0), coalesce(e.entries, 0)) as detail
from paybus.accounts as a
left join (select account_id, count(*) as entries, max(created_at) as last_at,
                  sum(amount) filter (where direction = 'debit') as debits,
                  sum(amount) filter (where direction = 'credit') as credits
           from paybus.entries
           group by account_id) as e on e.account_id = a.id
where a.debits_posted <> coalesce(e.debits, 0)
   or a.credits_posted <> coalesce(e.credits, 0)
   or a.version <> coalesce(e.entries, 0)
   or a.last_entry_at is distinct from e.last_at
limit 20
