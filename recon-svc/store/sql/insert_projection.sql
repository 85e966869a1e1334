-- The first events of accounts $1 have been consumed, up to versions $2, with balances $3; $4: the ledger says something else. No rows.
insert into paybus.reconcile_projection (account_id, version, posted, differs)
select n.account_id, n.version, n.posted, n.differs
from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::boolean[]) as n (account_id, version, posted, differs)
