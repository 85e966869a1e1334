-- The accounts at places $1, where they were read, have been consumed up to versions $2, with balances $3; $4: the ledger says
-- something else. One row: how many were there.
with written as (
    update paybus.reconcile_projection p
    set version = n.version, posted = n.posted, differs = n.differs, updated_at = now()
    from (select unnest($1::tid[]) as place, unnest($2::bigint[]) as version, unnest($3::bigint[]) as posted,
                 unnest($4::boolean[]) as differs) n
    where p.ctid = n.place
    returning 1)
select count(*)
from written
