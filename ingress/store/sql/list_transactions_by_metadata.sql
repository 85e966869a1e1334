-- Transactions whose metadata has all members of the object $6, newest first, after the cursor $1: at most $5 rows. Filters:
-- $2 kind (null: any), created from $3 until before $4, with an entry of owner $7 and of account $8 (null: anybody's),
-- $9 reference. All that fit are found before they are put in order: for words that is_common_metadata does not find too
-- common.
with found as materialized (
    select t.id
    from api.transactions t
    where t.metadata is not null
      and t.metadata::jsonb @> $6::text::jsonb
      and t.id < $1
      and ($2::text is null or t.kind = $2)
      and t.created_at >= $3
      and t.created_at < $4
      and ($9::text is null or t.reference = $9))
select t.id, t.kind, t.amount, t.currency, t.description, t.reference, t.metadata, t.created_at, t.entry_count,
       true as is_wanted, false as is_last
from (select o.id from found o order by o.id desc) f
join api.transactions t on t.id = f.id
where ($7::text is null or
       (select true from api.entries e
        where e.transaction_id = f.id and (select a.owner from api.accounts a where a.id = e.account_id) = $7 limit 1))
  and ($8::uuid is null or
       (select true from api.entries e where e.transaction_id = f.id and e.account_id = $8 limit 1))
order by f.id desc
limit $5
