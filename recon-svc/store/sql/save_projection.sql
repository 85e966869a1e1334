-- Accounts $1 have been consumed up to versions $2, with balances $3. No rows.
insert into paybus.reconcile_projection as p (account_id, version, posted)
select n.account_id, n.version, n.posted
from unnest($1::uuid[], $2::bigint[], $3::bigint[]) as n (account_id, version, posted)
on conflict (account_id) do update
set version = excluded.version, posted = excluded.posted, updated_at = clock_timestamp()
