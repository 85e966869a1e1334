-- Transactions with an entry of account $1, which belongs to owner $2 (null: anybody), newest first, before the
-- transaction $3 (null: from the newest): at most $8 rows. Filters: created from $4 until before $5 (null: no bound),
-- $6 kind, $7 reference, $9 members of metadata (null: any). Of several entries in one transaction the last stands for it. Looks
-- at 20,000 entries at most; if these have fewer than $8 that are wanted, the last one looked at comes, too (is_last), so that
-- the next page goes on from there.
select t.id, t.kind, t.amount, t.currency, t.description, t.reference, t.metadata, t.created_at, t.entry_count,
       p.is_wanted, p.is_last
from api.accounts a
cross join lateral (
    select n.transaction_id, n.is_wanted, n.place = 20000 as is_last
    from (select l.transaction_id, l.account_version, row_number() over (order by l.account_version desc) as place,
                 (num_nonnulls($6::text, $7::text, $9::text) = 0 or
                  (select ($6::text is null or t.kind = $6)
                          and ($7::text is null or coalesce(t.reference = $7, false))
                          and ($9::text is null or coalesce(t.metadata::jsonb @> $9::text::jsonb, false))
                   from api.transactions t
                   where t.id = l.transaction_id))
                  and (select n.transaction_id
                       from api.entries n
                       where n.account_id = a.id and n.account_version = l.account_version + 1)
                      is distinct from l.transaction_id as is_wanted
          from (select e.transaction_id, e.account_version
                from api.entries e
                where e.account_id = a.id
                  and e.account_version > case when $4::timestamptz is null then 0
                                               else api.last_entry_version(a.id, a.version, null, $4) end
                  and e.account_version <= api.last_entry_version(a.id, a.version, $3, $5)
                order by e.account_version desc
                limit 20000) l) n
    where n.is_wanted or n.place = 20000
    order by n.account_version desc
    limit $8
) p
join api.transactions t on t.id = p.transaction_id
where a.id = $1 and ($2::text is null or a.owner = $2)
order by t.id desc, p.is_wanted desc
