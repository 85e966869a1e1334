-- Notes of accounts $1 whether the ledger says what their events say. A row for each of which that changed: whether it differs now.
update paybus.reconcile_projection p
set differs = d.differs
from (select w.id, a.id is null or a.version < q.version or coalesce(e.balance_after, q.posted) <> q.posted
                   or (a.version = q.version and a.credits_posted - a.debits_posted <> q.posted) as differs
      from unnest($1::uuid[]) as w (id)
      join paybus.reconcile_projection q on q.account_id = w.id
      left join paybus.accounts a on a.id = w.id
      left join paybus.entries e on e.account_id = w.id and e.account_version = q.version) d
where p.account_id = d.id and p.differs <> d.differs
returning p.differs
