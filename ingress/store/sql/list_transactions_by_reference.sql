-- Transactions with a reference $6, newest first, after the cursor $1: at most $5 rows. Filters: $2 kind (null: any),
-- created from $3 until before $4, with an entry of owner $7 (null: anybody's). Looks at 20,000 at most and ends then, as
-- list_newest_transactions does.
select t.id, t.kind, t.amount, t.currency, t.description, t.reference, t.metadata, t.created_at, t.entry_count,
       p.is_wanted, p.is_last
from (select n.id, n.is_wanted, n.place = 20000 as is_last
      from (select l.id, row_number() over (order by l.id desc) as place,
                   ($2::text is null or l.kind = $2)
                       and l.created_at >= $3
                       and l.created_at < $4
                       and ($7::text is null or
                            (select true from api.entries e
                             where e.transaction_id = l.id
                               and (select a.owner from api.accounts a where a.id = e.account_id) = $7
                             limit 1) is true) as is_wanted
            from (select t.id, t.kind, t.created_at
                  from api.transactions t
                  where t.reference = $6
                    and t.id < $1
                  order by t.reference desc, t.id desc
                  limit 20000) l) n
      where n.is_wanted or n.place = 20000
      order by n.id desc
      limit $5) p
join api.transactions t on t.id = p.id
order by p.id desc
