-- Transactions of a kind $2 that is not "transfer", newest first, after the cursor $1: at most $6 rows. Created from $4
-- until before $5, with an entry of owner $7 (null: anybody's); $3 is an id below all that can fit. Looks at 20,000 at most and
-- ends then, as list_newest_transactions does.
select t.id, t.kind, t.amount, t.currency, t.description, t.reference, t.metadata, t.created_at, t.entry_count,
       p.is_wanted, p.is_last
from (select n.id, n.is_wanted, n.place = 20000 as is_last
      from (select l.id, row_number() over (order by l.id desc) as place,
                   ($7::text is null or
                    (select true from api.entries e
                     where e.transaction_id = l.id
                       and (select a.owner from api.accounts a where a.id = e.account_id) = $7
                     limit 1) is true) as is_wanted
            from (select t.id
                  from api.transactions t
                  where t.kind = $2
                    and t.kind <> 'transfer'
                    and t.id < $1
                    and t.id >= $3
                    and t.created_at >= $4
                    and t.created_at < $5
                  order by t.kind desc, t.id desc
                  limit 20000) l) n
      where n.is_wanted or n.place = 20000
      order by n.id desc
      limit $6) p
join api.transactions t on t.id = p.id
order by p.id desc
