-- Events of accounts $1 that found versions $2 and made $3 found balances $4 and added $5: they wait. No rows.
insert into paybus.reconcile_ahead (account_id, from_version, to_version, base, change)
select n.account_id, n.from_version, n.to_version, n.base, n.change
from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) as n (account_id, from_version, to_version, base, change)
on conflict do nothing
