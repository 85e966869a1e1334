-- Entries that note another counterparty or kind than the rows beside them say. 20 rows at most.
select e.transaction_id::text as object,
       format('leg %s notes %s by %s, it is %s by %s', e.leg, e.counterparty_id, e.kind, w.counterparty_id, w.kind) as detail
from paybus.entries e
join (select o.transaction_id, o.leg, t.description is null and t.reference is null as is_wordless, t.kind,
             case when t.entry_count = 2 and p.account_id <> o.account_id then p.account_id end as counterparty_id
      from paybus.entries o
      join paybus.transactions t on t.id = o.transaction_id
      join paybus.entries p on p.transaction_id = o.transaction_id
                           and p.leg = case o.leg when 0 then 1 else 0 end) as w
  on w.transaction_id = e.transaction_id and w.leg = e.leg
where e.counterparty_id is distinct from w.counterparty_id
   or e.kind is distinct from (case when w.is_wordless then w.kind end)
limit 20
