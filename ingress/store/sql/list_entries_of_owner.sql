-- Entries of all accounts of owner $1, newest first, after transaction $2 and its leg $3; $4 is the id right after $2
-- (null with it: from the newest): at most $6 rows. Filter: $5 direction (null: both). Each account gives its newest, which are
-- then merged. Looks at $7 entries of each at most: where these have fewer than $6 that are wanted, the page ends with the last
-- one looked at (is_last), as in list_transactions_of_owner.
with found as materialized (
    select p.*
    from api.accounts a
    cross join lateral (
        select n.*, n.place = $7 as is_last
        from (select l.*, row_number() over (order by l.account_version desc) as place,
                     ($5::text is null or l.direction = $5) as is_wanted
              from (select e.transaction_id, e.leg, e.account_id, e.direction, e.amount, e.currency, e.balance_after,
                           e.created_at, e.account_version
                    from api.entries e
                    where e.account_id = a.id
                      and e.account_version <= api.last_entry_version(a.id, a.version, $4, null)
                      and ($2::uuid is null or (e.transaction_id, e.leg) < ($2, $3))
                    order by e.account_version desc
                    limit $7::bigint) l) n
        where n.is_wanted or n.place = $7
        order by n.account_version desc
        limit $6
    ) p
    where a.owner = $1)
select f.transaction_id, f.leg, f.account_id, $1::text as account_owner, f.direction, f.amount, f.currency,
       f.balance_after, f.created_at, f.account_version, f.is_wanted, f.is_last
from found f
left join (select o.transaction_id, o.leg
           from found o
           where o.is_last
           order by o.transaction_id desc, o.leg desc
           limit 1) as last on true
where last.leg is null or (f.transaction_id, f.leg) >= (last.transaction_id, last.leg)
order by f.transaction_id desc, f.leg desc
limit $6
