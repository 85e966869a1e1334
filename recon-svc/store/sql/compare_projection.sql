-- Those of accounts $1 whose ledger has gone on since and said of version $2 another balance than $3. At most as many rows.
select n.account_id
from unnest($1::uuid[], $2::bigint[], $3::bigint[]) as n (account_id, version, posted)
cross join lateral (
    select balance_after
    from paybus.entries
    where account_id = n.account_id and account_version = n.version
    offset 0) e
where e.balance_after <> n.posted
