-- Those of accounts $1 of which events are still to be consumed are marked: the next run looks at them again, though they do not
-- move any more. Nobody moves the projection meanwhile. No rows.
with lock as materialized (
    select pg_advisory_xact_lock('paybus.reconcile_projection'::regclass::oid::bigint) is null as is_free),
behind as materialized (
    select p.account_id, a.version
    from unnest($1::uuid[]) as w (id)
    join paybus.reconcile_projection p on p.account_id = w.id
    join paybus.accounts a on a.id = w.id
    where p.version < a.version and not p.differs)
update paybus.reconcile_projection p
set differs = true
from behind b
cross join lock
where p.account_id = b.account_id and p.version < b.version and not p.differs
