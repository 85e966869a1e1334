-- Entries of account $1, which belongs to owner $2 (null: anybody), newest first, with a version below $3: at most $5
-- rows. Filter: $4 direction (null: both). Whose it is, is asked once and not of every entry. Looks at 20,000 entries at most; if
-- these have fewer than $5 that are wanted, the last one looked at comes, too (is_last), so that the next page goes on from there.
select n.transaction_id, n.leg, n.account_id, n.account_owner, n.direction, n.amount, n.currency, n.balance_after,
       n.created_at, n.account_version, n.is_wanted, n.place = 20000 as is_last
from (select l.*, row_number() over (order by l.account_version desc) as place,
             ($4::text is null or l.direction = $4) as is_wanted
      from (select e.transaction_id, e.leg, e.account_id, e.account_owner, e.direction, e.amount, e.currency,
                   e.balance_after, e.created_at, e.account_version
            from api.entries e
            where e.account_id = (select a.id from api.accounts a where a.id = $1 and ($2::text is null or a.owner = $2))
              and e.account_version < $3
            order by e.account_version desc
            limit 20000) l) n
where n.is_wanted or n.place = 20000
order by n.account_version desc
limit $5
