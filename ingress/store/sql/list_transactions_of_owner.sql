-- Transactions with an entry of any account of owner $1, newest first, before the transaction $2 (null: from the
-- newest): at most $6 rows. Filters: created from $3 until before $4 (null: no bound), $5 kind (null: any). Each account
-- gives its newest, which are then merged.
select distinct on (p.id)
       p.id, p.kind, p.amount, p.currency, p.description, p.reference, p.metadata, p.created_at, p.entry_count
from api.accounts a
cross join lateral (
    select t.id, t.kind, t.amount, t.currency, t.description, t.reference, t.metadata, t.created_at, t.entry_count
    from api.entries e
    join api.transactions t on t.id = e.transaction_id
    where e.account_id = a.id
      and e.account_version > case when $3::timestamptz is null then 0
                                   else api.last_entry_version(a.id, a.version, null, $3) end
      and e.account_version <= api.last_entry_version(a.id, a.version, $2, $4)
      and ($5::text is null or t.kind = $5)
      and not exists (select from api.entries n
                      where n.account_id = a.id and n.account_version = e.account_version + 1
                        and n.transaction_id = e.transaction_id)
    order by e.account_version desc
    limit $6
) p
where a.owner = $1
order by p.id desc
limit $6
