-- An account and its balances before the moment $3 and before the moment $4 (null: no bound), with the versions of the
-- last entries before each: one row, or none if the account does not exist or belongs to somebody else than owner $2
-- (null: anybody's). The balances are subqueries: a join planned on empty tables would read all entries.
select a.id, a.owner, a.type, a.currency, a.name, a.status, a.debits_posted, a.credits_posted, a.debits_pending,
       a.credits_pending, a.version, a.created_at, a.metadata,
       r.opening_version,
       coalesce((select e.balance_after
                 from api.entries e
                 where e.account_id = a.id and e.account_version = r.opening_version), 0) as opening_balance,
       r.closing_version,
       coalesce((select e.balance_after
                 from api.entries e
                 where e.account_id = a.id and e.account_version = r.closing_version), 0) as closing_balance
from api.accounts a
cross join lateral (
    select case when $3::timestamptz is null then 0
                else api.last_entry_version(a.id, a.version, null, $3) end as opening_version,
           api.last_entry_version(a.id, a.version, null, $4) as closing_version
    offset 0) r
where a.id = $1 and ($2::text is null or a.owner = $2)
