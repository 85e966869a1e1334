-- As list_entries_of_owner for an owner $1 of very many accounts: after transaction $2 and its leg $3, at most $5 rows.
-- Filter: $4 direction (null: both). The scalar subquery stays behind the scan, which ends after 100,000 entries as in
-- list_entries_of_account.
select e.transaction_id, e.leg, e.account_id, e.account_owner, e.direction, e.amount, e.currency, e.balance_after,
       e.created_at, e.account_version, p.is_wanted, p.is_last
from (select n.transaction_id, n.leg, n.is_wanted, n.place = 100000 as is_last
      from (select l.transaction_id, l.leg, row_number() over (order by l.transaction_id desc, l.leg desc) as place,
                   (select a.owner from api.accounts a where a.id = l.account_id) = $1
                       and ($4::text is null or l.direction = $4) as is_wanted
            from (select e.transaction_id, e.leg, e.account_id, e.direction
                  from api.entries e
                  where (e.transaction_id, e.leg) < ($2, $3)
                  order by e.transaction_id desc, e.leg desc
                  limit 100000) l) n
      where n.is_wanted or n.place = 100000
      order by n.transaction_id desc, n.leg desc
      limit $5) p
join api.entries e on e.transaction_id = p.transaction_id and e.leg = p.leg
order by e.transaction_id desc, e.leg desc
