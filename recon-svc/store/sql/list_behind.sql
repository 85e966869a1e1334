-- Those of the accounts $1 of which events are still to be consumed, and that no run is to look at again yet. A row for each.
select p.account_id
from unnest($1::uuid[]) as w (id)
join paybus.reconcile_projection p on p.account_id = w.id
join paybus.accounts a on a.id = w.id
where p.version < a.version and not p.differs
