-- Transactions with an entry of any account of owner $1, newest first, before the transaction $2 (null: from the
-- newest): at most $6 rows. Filters: created from $3 until before $4 (null: no bound), $5 kind, $7 reference, $8 members of
-- metadata (null: any). Each account gives its newest, which are then merged. Looks at $9 entries of each at most: where these
-- have fewer than $6 that are wanted, nothing is known of what is older than the last one looked at, and the page ends with
-- it (is_last).
with found as materialized (
    select p.transaction_id as id, p.is_wanted, p.is_last
    from api.accounts a
    cross join lateral (
        select n.transaction_id, n.is_wanted, n.place = $9 as is_last
        from (select l.transaction_id, l.account_version, row_number() over (order by l.account_version desc) as place,
                     (num_nonnulls($5::text, $7::text, $8::text) = 0 or
                      (select ($5::text is null or t.kind = $5)
                              and ($7::text is null or coalesce(t.reference = $7, false))
                              and ($8::text is null or coalesce(t.metadata::jsonb @> $8::text::jsonb, false))
                       from api.transactions t
                       where t.id = l.transaction_id))
                      and (select n.transaction_id
                           from api.entries n
                           where n.account_id = a.id and n.account_version = l.account_version + 1)
                          is distinct from l.transaction_id as is_wanted
              from (select e.transaction_id, e.account_version
                    from api.entries e
                    where e.account_id = a.id
                      and e.account_version > case when $3::timestamptz is null then 0
                                                   else api.last_entry_version(a.id, a.version, null, $3) end
                      and e.account_version <= api.last_entry_version(a.id, a.version, $2, $4)
                    order by e.account_version desc
                    limit $9::bigint) l) n
        where n.is_wanted or n.place = $9
        order by n.account_version desc
        limit $6
    ) p
    where a.owner = $1)
select t.id, t.kind, t.amount, t.currency, t.description, t.reference, t.metadata, t.created_at, t.entry_count,
       p.is_wanted, p.is_last
from (select f.id, bool_or(f.is_wanted) as is_wanted, bool_or(f.is_last) as is_last
      from found f
      where f.id >= coalesce((select o.id from found o where o.is_last order by o.id desc limit 1),
                             '00000000-0000-0000-0000-000000000000')
      group by f.id
      order by f.id desc
      limit $6) p
join api.transactions t on t.id = p.id
order by p.id desc
