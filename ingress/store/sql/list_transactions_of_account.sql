-- Transactions with an entry of account $1, which belongs to owner $2 (null: anybody), newest first, before the
-- transaction $3 (null: from the newest): at most $8 rows. Filters: created from $4 until before $5 (null: no bound),
-- $6 kind, $7 reference (null: any). Of several entries in one transaction the last stands for it.
select p.id, p.kind, p.amount, p.currency, p.description, p.reference, p.metadata, p.created_at, p.entry_count
from api.accounts a
cross join lateral (
    select t.id, t.kind, t.amount, t.currency, t.description, t.reference, t.metadata, t.created_at, t.entry_count
    from api.entries e
    join api.transactions t on t.id = e.transaction_id
    where e.account_id = a.id
      and e.account_version > case when $4::timestamptz is null then 0
                                   else api.last_entry_version(a.id, a.version, null, $4) end
      and e.account_version <= api.last_entry_version(a.id, a.version, $3, $5)
      and ($6::text is null or t.kind = $6)
      and ($7::text is null or t.reference = $7)
      and not exists (select from api.entries n
                      where n.account_id = a.id and n.account_version = e.account_version + 1
                        and n.transaction_id = e.transaction_id)
    order by e.account_version desc
    limit $8
) p
where a.id = $1 and ($2::text is null or a.owner = $2)
order by p.id desc
