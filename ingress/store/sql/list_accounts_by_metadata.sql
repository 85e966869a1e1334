-- Accounts whose metadata has all members of the object $9, of owner $8 (null: anybody's), newest first, after the cursor $1:
-- at most $7 rows. Filters as in list_accounts. All that fit are found before they are put in order.
with found as materialized (
    select a.id
    from api.accounts a
    where a.metadata is not null
      and a.metadata::jsonb @> $9::text::jsonb
      and a.id < $1
      and ($2::text is null or a.type = $2)
      and ($3::text is null or a.currency = $3)
      and ($4::text is null or a.status = $4)
      and a.created_at >= $5
      and a.created_at < $6
      and ($8::text is null or a.owner = $8))
select a.id, a.owner, a.type, a.currency, a.name, a.status, a.debits_posted, a.credits_posted, a.debits_pending,
       a.credits_pending, a.version, a.created_at, a.metadata
from (select o.id from found o order by o.id desc limit $7) f
join api.accounts a on a.id = f.id
order by f.id desc
