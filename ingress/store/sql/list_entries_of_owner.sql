-- Entries of all accounts of owner $1, newest first, after transaction $2 and its leg $3; $4 is the id right after $2
-- (null with it: from the newest): at most $6 rows. Filter: $5 direction (null: both).
select p.transaction_id, p.leg, p.account_id, $1::text as account_owner, p.direction, p.amount, p.currency,
       p.balance_after, p.created_at, p.account_version
from api.accounts a
cross join lateral (
    select e.transaction_id, e.leg, e.account_id, e.direction, e.amount, e.currency, e.balance_after, e.created_at,
           e.account_version
    from api.entries e
    where e.account_id = a.id
      and e.account_version <= api.last_entry_version(a.id, a.version, $4, null)
      and ($2::uuid is null or (e.transaction_id, e.leg) < ($2, $3))
      and ($5::text is null or e.direction = $5)
    order by e.account_version desc
    limit $6
) p
where a.owner = $1
order by p.transaction_id desc, p.leg desc
limit $6
