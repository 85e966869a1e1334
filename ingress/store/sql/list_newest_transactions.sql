-- Transactions with an entry of owner $1 (null: anybody's) found by going through the newest of all, before the transaction $2: at
-- most $6 rows. Filters: created from $3 until before $4, $5 kind, $8 reference, $9 members of metadata (null: any); $7 is an id
-- below all that can fit. Looks at 20,000 at most; if these have fewer than $6 that are wanted, the last one looked at comes,
-- too (is_last), so that the next page goes on from there. Scalar subqueries stay behind the scan, where joins could start with
-- all of the owner's accounts.
select t.id, t.kind, t.amount, t.currency, t.description, t.reference, t.metadata, t.created_at, t.entry_count,
       p.is_wanted, p.is_last
from (select n.id, n.is_wanted, n.place = 20000 as is_last
      from (select l.id, row_number() over (order by l.id desc) as place,
                   ($5::text is null or l.kind = $5)
                       and ($8::text is null or coalesce(l.reference = $8, false))
                       and ($9::text is null or coalesce(l.metadata::jsonb @> $9::text::jsonb, false))
                       and ($1::text is null or
                            (select true from api.entries e
                             where e.transaction_id = l.id
                               and (select a.owner from api.accounts a where a.id = e.account_id) = $1
                             limit 1) is true) as is_wanted
            from (select t.id, t.kind, t.reference, t.metadata
                  from api.transactions t
                  where t.id < $2
                    and t.id >= $7
                    and t.created_at >= $3
                    and t.created_at < $4
                  order by t.id desc
                  limit 20000) l) n
      where n.is_wanted or n.place = 20000
      order by n.id desc
      limit $6) p
join api.transactions t on t.id = p.id
order by p.id desc
