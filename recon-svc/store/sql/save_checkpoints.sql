-- The accounts $1 are proved up to versions $2, with debits $3, credits $4, last entries at $5. As many rows.
insert into paybus.reconcile_checkpoints as c (account_id, version, debits, credits, last_at)
select n.account_id, n.version, n.debits, n.credits, n.last_at
from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[])
     as n (account_id, version, debits, credits, last_at)
on conflict (account_id) do update
set version = excluded.version, debits = excluded.debits, credits = excluded.credits, last_at = excluded.last_at
returning c.version
